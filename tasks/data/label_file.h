#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// Labels of pictures that lie in one folder, whatever their class.
struct FileLabels {
  /// One for each picture, in 0..classes-1.
  std::vector<int64_t> labels;
  int64_t classes = 0;
};

/// Reads the labels of `pictures` (file names in sorted order) from a text file with one line for
/// each picture, in either form:
///   `NAME LABEL`  in any order; folders in front of the name are ignored, as in Caffe's and
///                 PaddlePaddle's lists
///   `LABEL`       in the order of the sorted names
/// LABEL is a number that counts the classes from 0, or everywhere the name of a class, such as a
/// WordNet id; the sorted names are the classes then. `classes`: how many there must be, 0: as many
/// as there are (of numbers, the highest and one).
///
/// Throws IoError with file and line for a picture without label or a label without picture, a
/// picture named twice, a label out of range, another number of lines or classes, and numbers that
/// count from 1: those of ImageNet's development kit number the classes in another order.
FileLabels read_label_file(const std::filesystem::path& path,
                           const std::vector<std::string>& pictures, int64_t classes);

}  // namespace ptqbench
