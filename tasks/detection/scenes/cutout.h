#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ptqbench {

/// A grey picture of an item without what surrounds it.
struct Cutout {
  int width = 0;
  int height = 0;
  /// [height, width]: how bright, multiplied by how opaque.
  std::vector<uint8_t> shade;
  /// [height, width]
  std::vector<uint8_t> opacity;

  /// Whether a pixel belongs to the item rather than to what is behind it.
  bool covers(int x, int y) const {
    return opacity[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)] >=
           128;
  }
};

/// The item in a picture of `side` x `side` pixels on a dark background, cut to its bounds: all but
/// the dark pixels that connect with the picture's edge. A picture without an item gives one of no
/// size.
Cutout cut_out(const uint8_t* pixels, int side);

/// Left and right exchanged.
Cutout mirrored(const Cutout& cutout);

/// Resized with antialiasing.
Cutout resized(const Cutout& cutout, int width, int height);

}  // namespace ptqbench
