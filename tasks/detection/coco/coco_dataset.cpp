#include "tasks/detection/coco/coco_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "support/data_error.h"
#include "support/missing_file.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/exif.h"
#include "tasks/data/picture_facts.h"

namespace ptqbench {

CocoDataset::CocoDataset(const std::filesystem::path& annotations,
                         const std::filesystem::path& images, int64_t category_offset)
    : annotations_(annotations), folder_(images) {
  CocoAnnotations all = read_coco_annotations(annotations);
  if (all.images.empty() || all.categories.empty()) {
    throw DataError(fmt::format("{}: no {}", annotations.string(),
                                all.images.empty() ? "images" : "categories"));
  }
  std::error_code error;
  if (!std::filesystem::is_directory(images, error)) {
    throw MissingFile(fmt::format("'{}', which should hold the images of '{}', is not a folder",
                                  images.string(), annotations.string()));
  }
  for (CocoCategory& category : all.categories) category.id += category_offset;
  for (CocoObject& object : all.objects) object.category_id += category_offset;
  images_ = std::move(all.images);
  categories_ = std::move(all.categories);
  notes_ = std::move(all.notes);
  take_sizes();
  std::sort(categories_.begin(), categories_.end(),
            [](const CocoCategory& a, const CocoCategory& b) { return a.id < b.id; });
  take_objects(all.objects);
}

void CocoDataset::take_sizes() {
  int64_t without_size = 0;
  for (CocoImage& image : images_) {
    if (image.size != ImageSize{}) continue;
    const auto facts = picture_facts(folder_ / image.file_name);
    image.size = {facts.height, facts.width};
    ++without_size;
  }
  if (without_size > 0) {
    notes_.push_back(fmt::format("{}: {} image{} without a size: that of the file is taken",
                                 annotations_.filename().string(), without_size,
                                 without_size == 1 ? "" : "s"));
  }
}

void CocoDataset::take_objects(const std::vector<CocoObject>& objects) {
  std::unordered_map<int64_t, size_t> position_of_image;
  for (size_t i = 0; i < images_.size(); ++i) position_of_image[images_[i].id] = i;
  std::unordered_map<int64_t, int64_t> label_of_category;
  for (const auto& category : categories_)
    label_of_category.emplace(category.id, static_cast<int64_t>(label_of_category.size()));
  objects_.resize(images_.size());
  for (const CocoObject& object : objects) {
    objects_[position_of_image.at(object.image_id)].push_back(
        {object.id, label_of_category.at(object.category_id), object.box, object.area,
         object.crowd});
  }
}

CocoImage CocoDataset::image_facts(int64_t index) const {
  return images_.at(static_cast<size_t>(index));
}

Image CocoDataset::image(int64_t index) const {
  const CocoImage facts = image_facts(index);
  const auto path = folder_ / facts.file_name;
  Image image = decode_image(path);
  const ImageSize stored{image.height, image.width};
  if (stored == facts.size) return image;
  const bool swapped = ImageSize{stored.width, stored.height} == facts.size;
  const int orientation = swapped ? picture_facts(path).orientation : 1;
  if (swaps_sides(orientation)) {
    const std::lock_guard lock(turned_->mutex);
    turned_->images.insert(index);
    return turned(image, orientation);
  }
  throw DataError(fmt::format("'{}' has {}x{} pixels, but {}x{} by '{}'", path.string(),
                              image.width, image.height, facts.size.width, facts.size.height,
                              annotations_.string()));
}

std::vector<std::string> CocoDataset::notes() const {
  auto notes = notes_;
  const std::lock_guard lock(turned_->mutex);
  const size_t count = turned_->images.size();
  if (count > 0) {
    notes.push_back(
        fmt::format("{}: {} annotated as turned by their Exif orientation: turned, too",
                    annotations_.filename().string(),
                    count == 1 ? std::string("1 image is") : fmt::format("{} images are", count)));
  }
  return notes;
}

std::vector<DetectionObject> CocoDataset::objects(int64_t index) const {
  return objects_.at(static_cast<size_t>(index));
}

std::string CocoDataset::content_key() const {
  Sha256 hash;
  hash.add(sha256_file(annotations_) + "\n");
  for (const CocoImage& image : images_) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(folder_ / image.file_name, error);
    if (error) {
      throw MissingFile(fmt::format("cannot read the size of '{}': {}",
                                    (folder_ / image.file_name).string(), error.message()));
    }
    hash.add(fmt::format("{}/{}\n", image.file_name, bytes));
  }
  return hash.finish();
}

}  // namespace ptqbench
