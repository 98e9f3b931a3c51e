#include "tasks/data/dataset_shape.h"

#include <string>

#include "tasks/data/picture_transform.h"

namespace ptqbench {
namespace {

constexpr const char* kTrain = "train";

/// Sizes of the training and the other split, as published with the data sets.
struct SplitSizes {
  int64_t train;
  int64_t other;

  int64_t of(const std::string& split) const { return split == kTrain ? train : other; }
};

std::optional<DatasetShape> shape_of(const DatasetOptions& options, const PictureSides& sides,
                                     int64_t classes, const SplitSizes& sizes) {
  return DatasetShape{sides.height, sides.width, classes, sizes.of(options.calibration_split),
                      sizes.of(options.evaluation_split)};
}

/// Of a folder, where the options tell.
std::optional<DatasetShape> shape_of(const DatasetOptions& options, int64_t classes,
                                     const SplitSizes& sizes) {
  const auto sides = picture_transform(options).sides();
  if (!sides || classes == 0) return std::nullopt;
  return shape_of(options, *sides, classes, sizes);
}

}  // namespace

std::optional<DatasetShape> known_shape(const DatasetOptions& options) {
  constexpr PictureSides kSmallSides{32, 32};
  constexpr int64_t kSmallClasses = 10;
  if (options.name == "fashion_mnist")
    return shape_of(options, kSmallSides, kSmallClasses, {60000, 10000});
  if (options.name == "cifar10")
    return shape_of(options, kSmallSides, kSmallClasses, {50000, 10000});
  if (options.name == "imagenet")
    return shape_of(options, options.classes, {1281167, 50000});
  return shape_of(options, options.classes, {0, 0});
}

}  // namespace ptqbench
