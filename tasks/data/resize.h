#pragma once

#include <string>
#include <vector>

#include "tasks/data/image.h"

namespace ptqbench {

enum class Interpolation { kNearest, kBilinear, kBicubic, kLanczos };

/// Names of the above in configurations, in their order.
const std::vector<std::string>& interpolation_names();
/// Throws ConfigError on an unknown name.
Interpolation interpolation_from_name(const std::string& name);

struct ResizeFilter {
  Interpolation interpolation = Interpolation::kBilinear;
  /// Whether the filter is stretched by the scale when shrinking, as Pillow does it; without, it
  /// mixes the pixels next to the position, whatever the scale, as torchvision does for tensors
  /// with `antialias=False`, and the cubic has its coefficient -0.75. Nothing to nearest.
  bool antialias = true;
};

/// With antialiasing Pillow's `image.resize((width, height), resample)`: a filter along the width,
/// then along the height, each with 8-bit results and fixed-point coefficients; bilinear is a
/// triangle, bicubic Keys' with coefficient -0.5, lanczos of three lobes, nearest takes one pixel.
/// Equal bit for bit to Pillow up to version 12; version 13 takes the height first in some cases,
/// which changes values by at most one level. Without it within one level of torchvision's.
/// Throws DataError when a side is not positive or the result has more than kMaxImagePixels.
Image resize_image(const Image& image, int64_t width, int64_t height,
                   const ResizeFilter& filter = {});

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer one size * longer /
/// shorter, rounded down.
Image resize_shorter_side(const Image& image, int64_t size, const ResizeFilter& filter = {});

/// torchvision's `CenterCrop(size)`: the middle size x size pixels. A smaller image is first padded
/// with black, the odd pixel at the right and bottom; an odd remainder is cut such that the offset
/// rounds to the even number.
Image center_crop(const Image& image, int64_t size);

}  // namespace ptqbench
