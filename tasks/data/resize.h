#pragma once

#include "tasks/data/image.h"

namespace ptqbench {

/// Pillow's `image.resize((width, height), BILINEAR)`: a triangle filter that is stretched by the
/// scale when shrinking (antialiasing), along the width, then along the height, each with 8-bit
/// results and fixed-point coefficients. Equal bit for bit to Pillow up to version 12; version 13
/// takes the height first in some cases, which changes values by at most one level.
/// Throws IoError when a side is not positive or the result has more than kMaxImagePixels.
Image resize_bilinear(const Image& image, int64_t width, int64_t height);

/// torchvision's `Resize(size)`: the shorter side becomes `size`, the longer one size * longer /
/// shorter, rounded down.
Image resize_shorter_side(const Image& image, int64_t size);

/// torchvision's `CenterCrop(size)`: the middle size x size pixels. A smaller image is first padded
/// with black, the odd pixel at the right and bottom; an odd remainder is cut such that the offset
/// rounds to the even number.
Image center_crop(const Image& image, int64_t size);

}  // namespace ptqbench
