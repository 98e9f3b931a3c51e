#include "tasks/data/image_folder.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "methods/support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/resize.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

bool has_image_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

std::vector<std::string> sorted_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> sorted_images(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (has_image_extension(entry.path())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

ImageFolder::ImageFolder(const fs::path& root, const std::string& split, int64_t resize,
                         int64_t crop, const Normalization& normalization)
    : root_(root), resize_(resize), crop_(crop), normalization_(normalization) {
  try {
    scan(split);
  } catch (const fs::filesystem_error& error) {
    throw IoError(fmt::format("cannot list the images in '{}': {}", root_.string(), error.what()));
  }
  const Image first = load(0);
  width_ = first.width;
  height_ = first.height;
}

void ImageFolder::scan(const std::string& split) {
  constexpr const char* kLayout = "<root>/<split>/<class>/*.jpg|jpeg|png";
  const fs::path folder = root_ / split;
  if (!fs::is_directory(folder)) {
    throw IoError(
        fmt::format("image_folder: '{}' is not a folder; expected {}", folder.string(), kLayout));
  }
  class_names_ = sorted_folders(folder);
  if (class_names_.empty()) {
    throw IoError(fmt::format("image_folder: no class folders in '{}'; expected {}",
                              folder.string(), kLayout));
  }
  for (size_t label = 0; label < class_names_.size(); ++label) {
    const auto names = sorted_images(folder / class_names_[label]);
    if (names.empty()) {
      throw IoError(fmt::format("image_folder: no images in class folder '{}'; expected {}",
                                (folder / class_names_[label]).string(), kLayout));
    }
    for (const auto& name : names) {
      files_.push_back(
          {fmt::format("{}/{}/{}", split, class_names_[label], name), static_cast<int64_t>(label)});
    }
  }
}

int64_t ImageFolder::label(int64_t index) const {
  return files_.at(static_cast<size_t>(index)).label;
}

std::string ImageFolder::sample_name(int64_t index) const {
  return files_.at(static_cast<size_t>(index)).name;
}

Image ImageFolder::load(int64_t index) const {
  const fs::path path = root_ / sample_name(index);
  Image image = decode_image(path);
  try {
    if (resize_ > 0) image = resize_shorter_side(image, resize_);
    if (crop_ > 0) image = center_crop(image, crop_);
  } catch (const IoError& error) {
    throw IoError(fmt::format("cannot resize '{}': {}", path.string(), error.what()));
  }
  return image;
}

at::Tensor ImageFolder::sample(int64_t index) const {
  const Image image = load(index);
  if (image.width != width_ || image.height != height_) {
    throw IoError(
        fmt::format("'{}' gives an input of {}x{} pixels, but '{}' one of {}x{}; set crop (and "
                    "resize) to give all one size",
                    (root_ / sample_name(index)).string(), image.width, image.height,
                    sample_name(0), width_, height_));
  }
  return normalization_(image);
}

std::string ImageFolder::content_key() const {
  Sha256 hash;
  for (const File& file : files_) {
    std::error_code error;
    const auto bytes = fs::file_size(root_ / file.name, error);
    if (error) {
      throw IoError(fmt::format("cannot read the size of '{}': {}", (root_ / file.name).string(),
                                error.message()));
    }
    // A file's own name holds no '/', so no two lists give the same text.
    hash.add(fmt::format("{}/{}\n", file.name, bytes));
  }
  return hash.finish();
}

}  // namespace ptqbench
