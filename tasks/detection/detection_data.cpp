#include "tasks/detection/detection_data.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/detection/coco/coco_dataset.h"
#include "tasks/detection/coco/coco_folder.h"
#include "tasks/detection/scenes/scenes.h"

namespace ptqbench {
namespace {

/// Ids of categories are numbers of classes, each of which a detector has parameters for.
constexpr int64_t kMostClasses = 10000;

DetectionData make_coco(const DatasetOptions& options, const std::string& split) {
  if (options.root.empty()) {
    throw ConfigError(
        fmt::format("data set '{}' needs root, the folder with annotations/instances_<split>.json "
                    "and the images in <split>/",
                    options.name));
  }
  const std::filesystem::path root = options.root;
  return {std::make_unique<CocoDataset>(coco_annotations_file(root, split),
                                        coco_image_folder(root, split), options.category_offset),
          DetectionTransform(detection_transform(options))};
}

DetectionData make_scenes(const DatasetOptions& options, const std::string& split) {
  if (options.resize != 0)
    throw ConfigError("data set 'scenes' has images of one size: resize must be 0");
  require_no_box_options(options);
  SceneOptions scenes;
  if (!options.root.empty()) scenes.root = options.root;
  scenes.split = split;
  scenes.count = split == "train" ? kTrainingScenes : kEvaluationScenes;
  return {std::make_unique<SceneDataset>(scenes), DetectionTransform(detection_transform(options))};
}

struct Entry {
  std::string name;
  std::string description;
  std::function<DetectionData(const DatasetOptions&, const std::string&)> make;
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"coco", "images with boxes in COCO's format: <root>/annotations/instances_<split>.json",
       make_coco},
      {"scenes", "made-up scenes of 128x128 pixels with one to six items of Fashion-MNIST",
       make_scenes},
  };
  return all;
}

const Entry& find_entry(const std::string& name) {
  for (const auto& entry : entries()) {
    if (entry.name == name) return entry;
  }
  throw ConfigError(fmt::format("unknown data set '{}' of boxes{}", name,
                                valid_names_hint(name, detection_dataset_names())));
}

void check_options(const DatasetOptions& options) {
  require_no_picture_options(options);
  require_no_table_options(options);
  if (!options.label_file.empty() || options.classes != 0 || options.crop != 0) {
    throw ConfigError(fmt::format("data set '{}' takes no label_file, classes or crop: remove them",
                                  options.name));
  }
}

void check_categories(const DatasetOptions& options, const DetectionDataset& dataset) {
  for (const auto& category : dataset.categories()) {
    if (category.id < 1 || category.id >= kMostClasses) {
      throw ConfigError(fmt::format(
          "data set '{}': category '{}' has the id {}, but ids are a detector's classes: 1 to {}; "
          "category_offset: {} of the data set shifts them",
          options.name, category.name, category.id, kMostClasses - 1,
          options.category_offset + 1 - dataset.categories().front().id));
    }
  }
}

}  // namespace

ImageSize DetectionData::largest_batch() const {
  std::vector<ImageSize> sizes;
  for (int64_t i = 0; i < dataset->size(); ++i)
    sizes.push_back(transform.resized(dataset->image_facts(i).size));
  return padded_size(sizes);
}

int64_t DetectionData::classes() const { return dataset->categories().back().id + 1; }

at::Tensor DetectionData::classes_of(const at::Tensor& labels) const {
  std::vector<int64_t> ids;
  for (const auto& category : dataset->categories()) ids.push_back(category.id);
  return at::tensor(ids, at::kLong).index_select(0, labels);
}

at::Tensor DetectionData::labels_of(const at::Tensor& classes) const {
  auto labels = at::full({this->classes()}, -1, at::kLong);
  const auto& categories = dataset->categories();
  for (size_t label = 0; label < categories.size(); ++label)
    labels[categories[label].id] = static_cast<int64_t>(label);
  return labels.index_select(0, classes);
}

DetectionTransformOptions detection_transform(const DatasetOptions& options) {
  DetectionTransformOptions transform;
  if (options.name == "scenes") {
    transform.min_size = kSceneSide;
    transform.max_size = kSceneSide;
  } else if (options.resize != 0) {
    // In the proportions of the default.
    transform.max_size = options.resize * transform.max_size / transform.min_size;
    transform.min_size = options.resize;
  }
  if (!options.mean.empty()) transform.mean = options.mean;
  if (!options.std.empty()) transform.std = options.std;
  return transform;
}

std::vector<std::string> detection_dataset_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string detection_dataset_description(const std::string& name) {
  return find_entry(name).description;
}

DetectionData make_detection_data(const DatasetOptions& options, const std::string& split) {
  const Entry& entry = find_entry(options.name);
  check_options(options);
  auto data = entry.make(options, split);
  check_categories(options, *data.dataset);
  return data;
}

}  // namespace ptqbench
