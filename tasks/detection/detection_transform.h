#pragma once

#include <cstdint>
#include <vector>

#include "tasks/data/image.h"
#include "tasks/data/transform.h"
#include "tasks/detection/coco/image_size.h"

namespace at {
class Tensor;
}

namespace ptqbench {

/// In pixels, and in units of 0..1 (see Normalization).
struct DetectionTransformOptions {
  int64_t min_size = 800;
  int64_t max_size = 1333;
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};
};

/// Pictures to network inputs as torchvision's detectors do: normalised, then resized (bilinear,
/// without antialiasing) until the shorter side is `min_size` or the longer one `max_size`,
/// whichever comes first.
class DetectionTransform {
 public:
  /// Throws ConfigError when a size is not positive or max_size is less than min_size, and as
  /// Normalization.
  explicit DetectionTransform(const DetectionTransformOptions& options);

  /// What a picture of this size becomes.
  ImageSize resized(ImageSize image) const;

  /// float32 [3, height, width] of the resized picture.
  at::Tensor operator()(const Image& image) const;

 private:
  int64_t min_size_;
  int64_t max_size_;
  Normalization normalization_;
};

/// Boxes [N, 4] in an image of size `from` to those in the same image of size `to`.
at::Tensor scale_boxes(const at::Tensor& boxes, ImageSize from, ImageSize to);

/// The size of a batch that holds images of these sizes: the largest sides, and on to multiples of
/// 32, the coarsest stride that a feature pyramid takes from its backbone.
ImageSize padded_size(const std::vector<ImageSize>& sizes);

}  // namespace ptqbench
