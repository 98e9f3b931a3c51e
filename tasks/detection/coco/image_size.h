#pragma once

#include <cstdint>

namespace ptqbench {

/// Of an image or a feature map, in its pixels.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;

  bool operator==(const ImageSize& other) const {
    return height == other.height && width == other.width;
  }
  bool operator!=(const ImageSize& other) const { return !(*this == other); }
};

}  // namespace ptqbench
