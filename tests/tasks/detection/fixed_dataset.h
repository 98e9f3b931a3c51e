#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/error.h"
#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench::testing {

/// Two categories with the ids 4 and 9, and images in memory; one without pixels cannot be read.
class FixedDataset final : public DetectionDataset {
 public:
  explicit FixedDataset(std::vector<Image> images) : images_(std::move(images)) {}

  int64_t size() const override { return static_cast<int64_t>(images_.size()); }
  const std::vector<CocoCategory>& categories() const override { return categories_; }
  CocoImage image_facts(int64_t index) const override {
    const Image& image = images_.at(static_cast<size_t>(index));
    return {100 + index, std::to_string(index), {image.height, image.width}};
  }
  Image image(int64_t index) const override {
    const Image& image = images_.at(static_cast<size_t>(index));
    if (image.rgb.empty()) throw IoError("image " + std::to_string(index) + " is broken");
    return image;
  }
  std::vector<DetectionObject> objects(int64_t) const override { return {}; }
  std::string content_key() const override { return ""; }

 private:
  std::vector<Image> images_;
  std::vector<CocoCategory> categories_ = {{4, "four"}, {9, "nine"}};
};

}  // namespace ptqbench::testing
