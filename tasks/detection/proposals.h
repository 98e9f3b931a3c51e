#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "tasks/detection/coco/image_size.h"

namespace ptqbench {

struct ProposalOptions {
  /// Of each level, those with the highest scores, before suppression.
  int64_t most_of_level = 1000;
  /// Per image, after it.
  int64_t count = 1000;
  double iou_threshold = 0.7;
  /// Pixels; boxes with shorter sides are dropped.
  double smallest_side = 1e-3;
};

/// Region proposals of one image (Ren et al. 2015, arXiv:1506.01497, section 3.1), by decreasing
/// score, suppressed within each level: `objectness` [A] and `deltas` [A, 4] for `anchors` [A, 4],
/// of which `level_counts` belong to each level -> [options.count, 4]. Where there are fewer they
/// start again from the first, which adds nothing: what is found at a box twice is suppressed once.
/// Without any it is the whole image.
at::Tensor propose(const at::Tensor& objectness, const at::Tensor& deltas,
                   const at::Tensor& anchors, const std::vector<int64_t>& level_counts,
                   ImageSize image, const ProposalOptions& options);

}  // namespace ptqbench
