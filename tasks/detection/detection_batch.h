#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "tasks/detection/coco/detection_dataset.h"
#include "tasks/detection/detection_transform.h"

namespace ptqbench {

/// Images as a detector takes them.
struct DetectionBatch {
  /// float32 [N, 3, H, W], channels last; zeros at the right of an image and below (see
  /// padded_size).
  at::Tensor inputs;
  /// Of the resized images, without padding.
  std::vector<ImageSize> sizes;

  /// Both as the inputs of a detector (tasks/models/detector_layers.h).
  std::vector<at::Tensor> model_inputs() const;
};

/// The images in the order of `indices`, N >= 1, decoded in parallel; of several errors the one of
/// the image that stands first is thrown.
DetectionBatch load_detection_batch(const DetectionDataset& dataset,
                                    const DetectionTransform& transform,
                                    const std::vector<int64_t>& indices);

}  // namespace ptqbench
