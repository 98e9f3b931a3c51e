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
  /// Of the classes in order, where the labels are names; else empty.
  std::vector<std::string> class_names;
};

/// Reads the labels of `pictures` (file names in sorted order) from a text file with one line for
/// each picture, in one of these forms:
///   `NAME LABEL`  in any order; folders in front of the name are ignored, as in Caffe's and
///                 PaddlePaddle's lists
///   `NAME,LABEL`  the same with a comma, quoted or not, perhaps under a heading; of Kaggle's list
///                 for ImageNet (`ImageId,PredictionString`) the first word behind the comma
///   `LABEL`       in the order of the sorted names
/// NAME may lack its ending where that means one picture. LABEL is a number that counts the classes
/// from 0, or everywhere the name of a class, such as a WordNet id; the sorted names are the
/// classes then. `classes`: how many there must be, 0: as many as there are (of numbers, the highest and
/// one).
///
/// Throws DataError with file and line for a picture without label or a label without picture, a
/// picture named twice, a label out of range, another number of lines or classes, and numbers that
/// count from 1: those of ImageNet's development kit number the classes in another order. IoError
/// for a file that cannot be read.
FileLabels read_label_file(const std::filesystem::path& path,
                           const std::vector<std::string>& pictures, int64_t classes);

}  // namespace ptqbench
