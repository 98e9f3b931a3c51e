#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "tasks/detection/coco/detection_dataset.h"

namespace ptqbench {

/// The objects of an image as tensors.
struct DetectionTargets {
  /// float32 [N, 4]: x1, y1, x2, y2.
  at::Tensor boxes;
  /// int64 [N]
  at::Tensor labels;
};

/// What a detector can learn from an image: objects but crowds, with their boxes clipped to the
/// image, but for those of which nothing is left.
DetectionTargets training_targets(const std::vector<DetectionObject>& objects, ImageSize image);

/// Detections in image `index` for COCO's metric; `boxes` [N, 4] in its pixels, `labels` int64 [N]
/// and `scores` [N].
std::vector<CocoDetection> coco_detections(const DetectionDataset& dataset, int64_t index,
                                           const at::Tensor& boxes, const at::Tensor& labels,
                                           const at::Tensor& scores);

}  // namespace ptqbench
