#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tasks/detection/coco/image_size.h"

namespace at {
class Tensor;
}

namespace ptqbench {

struct AnchorOptions {
  /// By level: the square roots of the anchors' areas, in pixels.
  std::vector<std::vector<double>> sizes;
  /// Heights over widths, of every size.
  std::vector<double> aspect_ratios;

  /// At each position of a level's map.
  int64_t anchors_per_position(size_t level) const {
    return static_cast<int64_t>(sizes[level].size() * aspect_ratios.size());
  }
};

/// Anchors [A, 4] of all levels one after another, float32 on the CPU; within one, by row, column,
/// aspect ratio, size. They have whole-numbered edges about the multiples of the level's stride,
/// how often its map (`maps`, by level) goes into the padded image. Throws std::invalid_argument
/// when there are not as many maps as levels.
at::Tensor anchors(const AnchorOptions& options, ImageSize padded_image,
                   const std::vector<ImageSize>& maps);

}  // namespace ptqbench
