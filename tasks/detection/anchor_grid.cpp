#include "tasks/detection/anchor_grid.h"

#include <torch/types.h>

namespace ptqbench {

std::vector<ImageSize> AnchorGrid::maps(ImageSize padded_image) const {
  std::vector<ImageSize> sizes;
  for (const int exponent : exponents) {
    const int64_t stride = int64_t{1} << exponent;
    sizes.push_back(
        {(padded_image.height + stride - 1) / stride, (padded_image.width + stride - 1) / stride});
  }
  return sizes;
}

at::Tensor AnchorGrid::anchors(ImageSize padded_image) const {
  return ptqbench::anchors(options, padded_image, maps(padded_image));
}

std::vector<int64_t> AnchorGrid::counts(ImageSize padded_image) const {
  std::vector<int64_t> counts;
  const auto sizes = maps(padded_image);
  for (size_t level = 0; level < sizes.size(); ++level)
    counts.push_back(sizes[level].height * sizes[level].width *
                     options.anchors_per_position(level));
  return counts;
}

}  // namespace ptqbench
