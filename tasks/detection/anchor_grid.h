#pragma once

#include <vector>

#include "tasks/detection/anchors.h"

namespace ptqbench {

/// The anchors of a detector on maps of known resolutions.
struct AnchorGrid {
  AnchorOptions options;
  /// By level: its map has ceil(size / 2^exponent) positions along each side of the padded image.
  std::vector<int> exponents;

  std::vector<ImageSize> maps(ImageSize padded_image) const;
  /// [A, 4], see anchors().
  at::Tensor anchors(ImageSize padded_image) const;
  /// How many of them belong to each level.
  std::vector<int64_t> counts(ImageSize padded_image) const;
};

}  // namespace ptqbench
