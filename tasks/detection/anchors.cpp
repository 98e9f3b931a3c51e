#include "tasks/detection/anchors.h"

#include <torch/types.h>

#include <stdexcept>

namespace ptqbench {
namespace {

/// Those about the origin, [ratios * sizes, 4].
at::Tensor centered_anchors(const std::vector<double>& sizes, const std::vector<double>& ratios) {
  const at::Tensor size = at::tensor(sizes, at::kFloat);
  const at::Tensor height_factor = at::tensor(ratios, at::kFloat).sqrt();
  const at::Tensor width_factor = 1 / height_factor;
  const at::Tensor width = at::outer(width_factor, size).flatten();
  const at::Tensor height = at::outer(height_factor, size).flatten();
  return (at::stack({-width, -height, width, height}, 1) / 2).round();
}

/// The map's positions in the image by row, [height * width, 4] of (x, y, x, y).
at::Tensor positions(ImageSize map, ImageSize image) {
  const at::Tensor x = at::arange(map.width, at::kFloat) * (image.width / map.width);
  const at::Tensor y = at::arange(map.height, at::kFloat) * (image.height / map.height);
  const at::Tensor columns = x.repeat({map.height});
  const at::Tensor rows = y.repeat_interleave(map.width);
  return at::stack({columns, rows, columns, rows}, 1);
}

}  // namespace

at::Tensor anchors(const AnchorOptions& options, ImageSize padded_image,
                   const std::vector<ImageSize>& maps) {
  if (maps.size() != options.sizes.size())
    throw std::invalid_argument("anchors: one map for each level's sizes is needed");
  std::vector<at::Tensor> levels;
  for (size_t level = 0; level < maps.size(); ++level) {
    const at::Tensor shapes = centered_anchors(options.sizes[level], options.aspect_ratios);
    const at::Tensor places = positions(maps[level], padded_image).unsqueeze(1);
    levels.push_back((places + shapes).reshape({-1, 4}));
  }
  return at::cat(levels);
}

}  // namespace ptqbench
