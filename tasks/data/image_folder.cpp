#include "tasks/data/image_folder.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/label_file.h"
#include "tasks/data/picture_files.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayouts =
    "<root>/<split>/<class>/ with pictures, or pictures in <root>/<split>/ with a label file";

}  // namespace

ImageFolder::ImageFolder(const ImageFolderOptions& options, const Normalization& normalization)
    : PictureDataset(normalization), options_(options) {
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
  const auto classes = class_folders(folder);
  const auto files = picture_files(folder);
  const auto& pictures = files.pictures;
  if (classes.empty() == pictures.empty()) {
    throw DataError(fmt::format("image_folder: {} in '{}'; expected {}",
                              classes.empty() ? "neither class folders nor pictures"
                                              : "class folders and pictures side by side",
                              folder.string(), kLayouts));
  }
  for (const auto& [ending, count] : files.others) passed_over_[ending] += count;
  if (pictures.empty()) {
    scan_classes(classes);
  } else {
    scan_flat(pictures);
  }
}

void ImageFolder::scan_classes(const std::vector<std::string>& classes) {
  const fs::path folder = options_.root / options_.split;
  classes_ = static_cast<int64_t>(classes.size());
  class_names_ = classes;
  if (options_.classes > 0 && classes_ != options_.classes) {
    throw DataError(fmt::format("image_folder: {} class folders in '{}', expected {}", classes_,
                              folder.string(), options_.classes));
  }
  for (size_t label = 0; label < classes.size(); ++label) {
    const auto files = picture_files_below(folder / classes[label]);
    for (const auto& [ending, count] : files.others) passed_over_[ending] += count;
    if (files.pictures.empty()) {
      throw DataError(fmt::format("image_folder: no images in class folder '{}'; expected {}",
                                (folder / classes[label]).string(), kLayouts));
    }
    for (const auto& name : files.pictures) {
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
  class_names_ = labels.class_names;
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
  const Image image = decode_image(path, &warnings_);
  try {
    return options_.transform(image);
  } catch (const IoError& error) {
    throw DataError(fmt::format("cannot resize '{}': {}", path.string(), error.what()));
  }
}

Image ImageFolder::picture(int64_t index) const {
  Image image = load(index);
  if (image.width != width_ || image.height != height_) {
    throw DataError(
        fmt::format("'{}' gives an input of {}x{} pixels, but '{}' one of {}x{}; set crop (and "
                    "resize) to give all one size",
                    (options_.root / sample_name(index)).string(), image.width, image.height,
                    sample_name(0), width_, height_));
  }
  return image;
}

std::string ImageFolder::pixels_key() const {
  Sha256 hash;
  hash.add(picture_decoders() + "\n" + options_.transform.text() + "\n" + content_key() + "\n");
  for (const File& file : files_) {
    std::error_code error;
    const auto changed = fs::last_write_time(options_.root / file.name, error);
    hash.add(fmt::format("{}\n", error ? 0 : changed.time_since_epoch().count()));
  }
  return hash.finish();
}

std::vector<std::string> ImageFolder::notes() const {
  std::vector<std::string> notes;
  int64_t count = 0;
  std::vector<std::string> endings;
  for (const auto& [ending, files] : passed_over_) {
    count += files;
    endings.push_back(fmt::format("{} of {}", files, ending.empty() ? "no ending" : ending));
  }
  if (count > 0) {
    notes.push_back(fmt::format("{} file{} in '{}' left out, whose ending is no picture's: {}",
                                count, count == 1 ? "" : "s",
                                (options_.root / options_.split).string(), join(endings)));
  }
  const auto warnings = warnings_.sentence();
  if (!warnings.empty()) notes.push_back(warnings);
  return notes;
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
    // The label of a flat split is in no name. Numbers hold no '/', so no two lists give the same
    // text.
    hash.add(fmt::format("{}/{}/{}\n", file.name, file.label, bytes));
  }
  return hash.finish();
}

}  // namespace ptqbench
