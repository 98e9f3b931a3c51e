#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "tasks/detection/coco/image_size.h"

namespace ptqbench {

/// What a detector finds in one image, by decreasing score.
struct Detections {
  /// [D, 4] float32, in pixels of the image as the network sees it.
  at::Tensor boxes;
  /// [D] float32.
  at::Tensor scores;
  /// [D] int64, from 1.
  at::Tensor labels;
};

/// What becomes a detection.
struct DetectionOptions {
  /// Scores must be above it.
  double score_threshold = 0.05;
  /// Of two boxes of one class that overlap more, the one with the higher score stays.
  double iou_threshold = 0.5;
  /// Of an image.
  int64_t most = 100;
  /// Of each level of a one-stage detector before suppression.
  int64_t most_of_level = 1000;
};

/// Detections of a one-stage detector (Lin et al. 2017, arXiv:1708.02002, section 4): of each level
/// the anchor and class pairs with the highest probabilities; boxes clipped to the image;
/// suppression in each class. `logits` [A, K] of independent classes, `deltas` [A, 4] for `anchors`
/// [A, 4]; `level_counts` says how many anchors belong to each level. A label is the class's
/// number.
Detections detections_at_anchors(const at::Tensor& logits, const at::Tensor& deltas,
                                 const at::Tensor& anchors,
                                 const std::vector<int64_t>& level_counts, ImageSize image,
                                 const DetectionOptions& options);

/// Detections of a two-stage detector (Ren et al. 2015, arXiv:1506.01497): `logits` [P, K] of
/// exclusive classes, of which 0 is the background, and `deltas` [P, 4 * K] for `proposals` [P, 4].
Detections detections_at_proposals(const at::Tensor& logits, const at::Tensor& deltas,
                                   const at::Tensor& proposals, ImageSize image,
                                   const DetectionOptions& options);

/// Boxes [N, D, 4], scores [N, D] and labels [N, D] of a batch; where an image has fewer than
/// `count` = D, zeros, which no label is.
std::vector<at::Tensor> padded_batch(const std::vector<Detections>& images, int64_t count);

/// Those of one image (see padded_batch) without the padding.
Detections unpadded(const at::Tensor& boxes, const at::Tensor& scores, const at::Tensor& labels);

}  // namespace ptqbench
