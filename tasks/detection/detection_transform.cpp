#include "tasks/detection/detection_transform.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "support/error.h"

namespace ptqbench {
namespace {

constexpr int64_t kStride = 32;

int64_t next_multiple(int64_t side) { return (side + kStride - 1) / kStride * kStride; }

double ratio(int64_t to, int64_t from) {
  return static_cast<double>(to) / static_cast<double>(from);
}

}  // namespace

DetectionTransform::DetectionTransform(const DetectionTransformOptions& options)
    : min_size_(options.min_size),
      max_size_(options.max_size),
      normalization_(options.mean, options.std) {
  if (min_size_ < 1 || max_size_ < min_size_) {
    throw ConfigError(
        fmt::format("min_size of images must be positive and max_size not smaller, but they are {} "
                    "and {}",
                    min_size_, max_size_));
  }
}

ImageSize DetectionTransform::resized(ImageSize image) const {
  const auto [shorter, longer] = std::minmax(image.height, image.width);
  const double scale = std::min(ratio(min_size_, shorter), ratio(max_size_, longer));
  const auto scaled = [scale](int64_t side) {
    // A line of 1 x 10000 pixels keeps its one.
    return std::max<int64_t>(1,
                             static_cast<int64_t>(std::floor(static_cast<double>(side) * scale)));
  };
  return {scaled(image.height), scaled(image.width)};
}

at::Tensor DetectionTransform::operator()(const Image& image) const {
  const ImageSize size = resized({image.height, image.width});
  return at::upsample_bilinear2d(normalization_(image).unsqueeze(0), {size.height, size.width},
                                 /*align_corners=*/false)
      .squeeze(0);
}

at::Tensor scale_boxes(const at::Tensor& boxes, ImageSize from, ImageSize to) {
  const double across = ratio(to.width, from.width);
  const double down = ratio(to.height, from.height);
  return boxes * at::tensor({across, down, across, down}, boxes.options());
}

ImageSize padded_size(const std::vector<ImageSize>& sizes) {
  ImageSize padded;
  for (const ImageSize& size : sizes) {
    padded.height = std::max(padded.height, size.height);
    padded.width = std::max(padded.width, size.width);
  }
  return {next_multiple(padded.height), next_multiple(padded.width)};
}

}  // namespace ptqbench
