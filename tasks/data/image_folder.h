#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/data/image.h"
#include "tasks/data/transform.h"

namespace ptqbench {

struct ImageFolderOptions {
  std::filesystem::path root;
  std::string split;
  /// Of a split whose pictures lie flat (see read_label_file); empty: `root`/`split`.txt.
  std::filesystem::path label_file;
  /// How many there must be; 0: as many as there are.
  int64_t classes = 0;
  /// Length of the shorter side, 0: as it is.
  int64_t resize = 0;
  /// Side of the middle square, 0: the whole picture; then all pictures must have the size of the
  /// first.
  int64_t crop = 0;
};

/// JPEG and PNG files (.jpg, .jpeg, .png in any case) of one split, in either layout that ImageNet
/// has:
///   root/split/class/*  the class folders in byte order of their names are the labels 0, 1, ...;
///                       so are the files of a class ordered
///   root/split/*        ordered by name, with the labels in a file
class ImageFolder final : public ImageDataset {
 public:
  /// Throws IoError when there is no such folder, neither class folders nor pictures or both, a
  /// class without pictures, another number of classes than asked for, labels that do not fit the
  /// pictures, or when the first picture (which gives the size) cannot be decoded.
  ImageFolder(const ImageFolderOptions& options, const Normalization& normalization);

  int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  int64_t classes() const override { return classes_; }
  int64_t label(int64_t index) const override;
  /// The file below the root: "val/n01440764/1.JPEG".
  std::string sample_name(int64_t index) const override;
  /// Throws IoError naming the file when it cannot be decoded or has not the size of the others.
  at::Tensor sample(int64_t index) const override;
  std::string content_key() const override;

 private:
  struct File {
    /// Below the root.
    std::string name;
    int64_t label = 0;
  };

  void scan();
  void scan_classes(const std::vector<std::string>& classes);
  void scan_flat(const std::vector<std::string>& pictures);
  Image load(int64_t index) const;

  ImageFolderOptions options_;
  Normalization normalization_;
  int64_t classes_ = 0;
  std::vector<File> files_;
  /// Of every sample.
  int width_ = 0;
  int height_ = 0;
};

}  // namespace ptqbench
