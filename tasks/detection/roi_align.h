#pragma once

#include <cstdint>
#include <vector>

#include "tasks/detection/coco/image_size.h"

namespace at {
class Tensor;
}

namespace ptqbench {

struct RoiAlignOptions {
  /// Bins along each side.
  int64_t output = 7;
  /// From pixels of the image to positions in the map.
  double spatial_scale = 1;
  /// Samples along each side of a bin, at least 1.
  int64_t sampling_ratio = 2;
  /// Whether a pixel's value lies in its middle (and regions may be as small as they are), not at
  /// its upper left corner (and regions have sides of at least one).
  bool aligned = false;
};

/// The mean of bilinear samples in each bin of each region. `map` [N, C, H, W]; `rois` [R, 5]:
/// image index in the batch, x1, y1, x2, y2 in pixels of the image -> [R, C, output, output].
/// Samples more than one position outside of the map count as 0. Differentiable in `map`. Source:
/// He et al., Mask R-CNN, arXiv:1703.06870, section 3.
at::Tensor roi_align(const at::Tensor& map, const at::Tensor& rois, const RoiAlignOptions& options);

struct MultiScaleRoiAlignOptions {
  int64_t output = 7;
  int64_t sampling_ratio = 2;
};

/// The same from the one of a feature pyramid's `maps` (finest first, each half as large as the one
/// before) that fits a region's size: a square of 224 x 224 pixels goes to the map of stride 16,
/// one of half the sides to the one before. Each map's scale is the power of two next to the one
/// between `image` (all of the batch's, padded or not) and it. Source: Lin et al., Feature Pyramid
/// Networks, arXiv:1612.03144, equation 1.
at::Tensor multi_scale_roi_align(const std::vector<at::Tensor>& maps, const at::Tensor& rois,
                                 ImageSize image, const MultiScaleRoiAlignOptions& options = {});

}  // namespace ptqbench
