#include "tasks/data/image_folder.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/label_file.h"
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

constexpr const char* kLayouts =
    "<root>/<split>/<class>/*.jpg|jpeg|png, or <root>/<split>/*.jpg|jpeg|png with a label file";

}  // namespace

ImageFolder::ImageFolder(const ImageFolderOptions& options, const Normalization& normalization)
    : options_(options), normalization_(normalization) {
  try {
    scan();
  } catch (const fs::filesystem_error& error) {
    throw IoError(
        fmt::format("cannot list the images in '{}': {}", options_.root.string(), error.what()));
  }
  const Image first = load(0);
  width_ = first.width;
  height_ = first.height;
}

void ImageFolder::scan() {
  const fs::path folder = options_.root / options_.split;
  if (!fs::is_directory(folder)) {
    throw IoError(
        fmt::format("image_folder: '{}' is not a folder; expected {}", folder.string(), kLayouts));
  }
  const auto classes = sorted_folders(folder);
  const auto pictures = sorted_images(folder);
  if (classes.empty() == pictures.empty()) {
    throw IoError(fmt::format("image_folder: {} in '{}'; expected {}",
                              classes.empty() ? "neither class folders nor pictures"
                                              : "class folders and pictures side by side",
                              folder.string(), kLayouts));
  }
  if (pictures.empty()) {
    scan_classes(classes);
  } else {
    scan_flat(pictures);
  }
}

void ImageFolder::scan_classes(const std::vector<std::string>& classes) {
  const fs::path folder = options_.root / options_.split;
  classes_ = static_cast<int64_t>(classes.size());
  if (options_.classes > 0 && classes_ != options_.classes) {
    throw IoError(fmt::format("image_folder: {} class folders in '{}', expected {}", classes_,
                              folder.string(), options_.classes));
  }
  for (size_t label = 0; label < classes.size(); ++label) {
    const auto names = sorted_images(folder / classes[label]);
    if (names.empty()) {
      throw IoError(fmt::format("image_folder: no images in class folder '{}'; expected {}",
                                (folder / classes[label]).string(), kLayouts));
    }
    for (const auto& name : names) {
      files_.push_back(
          {options_.split + "/" + classes[label] + "/" + name, static_cast<int64_t>(label)});
    }
  }
}

void ImageFolder::scan_flat(const std::vector<std::string>& pictures) {
  const auto path =
      options_.label_file.empty() ? options_.root / (options_.split + ".txt") : options_.label_file;
  const FileLabels labels = read_label_file(path, pictures, options_.classes);
  classes_ = labels.classes;
  for (size_t i = 0; i < pictures.size(); ++i)
    files_.push_back({options_.split + "/" + pictures[i], labels.labels[i]});
}

int64_t ImageFolder::label(int64_t index) const {
  return files_.at(static_cast<size_t>(index)).label;
}

std::string ImageFolder::sample_name(int64_t index) const {
  return files_.at(static_cast<size_t>(index)).name;
}

Image ImageFolder::load(int64_t index) const {
  const fs::path path = options_.root / sample_name(index);
  Image image = decode_image(path);
  try {
    if (options_.resize > 0) image = resize_shorter_side(image, options_.resize);
    if (options_.crop > 0) image = center_crop(image, options_.crop);
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
                    (options_.root / sample_name(index)).string(), image.width, image.height,
                    sample_name(0), width_, height_));
  }
  return normalization_(image);
}

std::string ImageFolder::content_key() const {
  Sha256 hash;
  for (const File& file : files_) {
    std::error_code error;
    const auto bytes = fs::file_size(options_.root / file.name, error);
    if (error) {
      throw IoError(fmt::format("cannot read the size of '{}': {}",
                                (options_.root / file.name).string(), error.message()));
    }
    // The label of a flat split is in no name. A file's own name holds no '/', so no two lists give
    // the same text.
    hash.add(fmt::format("{}/{}/{}\n", file.name, file.label, bytes));
  }
  return hash.finish();
}

}  // namespace ptqbench
