#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/data/decode_warnings.h"
#include "tasks/data/image.h"
#include "tasks/data/picture_transform.h"

namespace ptqbench {

struct ImageFolderOptions {
  std::filesystem::path root;
  std::string split;
  /// Of a split whose pictures lie flat (see read_label_file); empty: `root`/`split`.txt.
  std::filesystem::path label_file;
  /// How many there must be; 0: as many as there are.
  int64_t classes = 0;
  /// Where it leaves the sides to the picture, all must have those of the first.
  PictureTransform transform;
};

/// Pictures (see is_picture_file()) of one split, in either layout that ImageNet has:
///   root/split/class/*  the class folders in byte order of their names are the labels 0, 1, ...;
///                       pictures in folders below a class are of that class. The order of a class
///                       is torchvision's: by folder, then by name
///   root/split/*        ordered by name, with the labels in a file
/// Hidden files and what systems leave behind (see is_leftover()) do not count. Other files are
/// passed over, and notes() says so.
class ImageFolder final : public PictureDataset {
 public:
  /// Throws IoError when there is no such folder, neither class folders nor pictures or both, a
  /// class without pictures, another number of classes than asked for, labels that do not fit the
  /// pictures, or when the first picture (which gives the size) cannot be decoded.
  ImageFolder(const ImageFolderOptions& options, const Normalization& normalization);

  int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  int64_t classes() const override { return classes_; }
  int64_t label(int64_t index) const override;
  std::vector<std::string> class_names() const override { return class_names_; }
  /// The file below the root: "val/n01440764/1.JPEG".
  std::string sample_name(int64_t index) const override;
  Image picture(int64_t index) const override;
  PictureSides sides() const override { return {height_, width_}; }
  std::string pixels_key() const override;
  std::string content_key() const override;
  std::vector<std::string> notes() const override;

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
  int64_t classes_ = 0;
  std::vector<std::string> class_names_;
  std::vector<File> files_;
  /// Files that are no pictures, by ending.
  std::map<std::string, int64_t> passed_over_;
  mutable DecodeWarnings warnings_;
  /// Of every sample.
  int width_ = 0;
  int height_ = 0;
};

}  // namespace ptqbench
