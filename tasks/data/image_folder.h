#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tasks/data/dataset.h"
#include "tasks/data/image.h"
#include "tasks/data/transform.h"

namespace ptqbench {

/// Pictures in `root/split/class/*.jpg|jpeg|png` (extension in any case), as ImageNet is usually
/// laid out. The class folders in byte order of their names are the labels 0, 1, ...; so are the
/// files of a class ordered.
class ImageFolder final : public ImageDataset {
 public:
  /// `resize`: length of the shorter side, 0: as it is. `crop`: side of the middle square, 0: the
  /// whole picture; then all pictures must have the size of the first. Throws IoError when there is
  /// no such folder, no class, a class without pictures, or the first picture (which gives the
  /// size) cannot be decoded.
  ImageFolder(const std::filesystem::path& root, const std::string& split, int64_t resize,
              int64_t crop, const Normalization& normalization);

  int64_t size() const override { return static_cast<int64_t>(files_.size()); }
  int64_t classes() const override { return static_cast<int64_t>(class_names_.size()); }
  int64_t label(int64_t index) const override;
  /// The file below the root: "val/n01440764/1.JPEG".
  std::string sample_name(int64_t index) const override;
  /// Throws IoError naming the file when it cannot be decoded or has not the size of the others.
  at::Tensor sample(int64_t index) const override;
  std::string content_key() const override;

  const std::vector<std::string>& class_names() const { return class_names_; }

 private:
  struct File {
    /// Below the root.
    std::string name;
    int64_t label = 0;
  };

  void scan(const std::string& split);
  Image load(int64_t index) const;

  std::filesystem::path root_;
  int64_t resize_;
  int64_t crop_;
  Normalization normalization_;
  std::vector<std::string> class_names_;
  std::vector<File> files_;
  /// Of every sample.
  int width_ = 0;
  int height_ = 0;
};

}  // namespace ptqbench
