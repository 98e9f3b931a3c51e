#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "tasks/detection/balanced_sample.h"
#include "tasks/detection/coders.h"
#include "tasks/detection/targets.h"

namespace ptqbench {

/// Regions of a batch that a head is trained with.
struct RoiSamples {
  /// [R, 5]: image in the batch, x1, y1, x2, y2.
  at::Tensor rois;
  /// int64 [R]: 0 for background, else one more than the label.
  at::Tensor classes;
  /// [R, 4]: what leads from the region to its object, 0 for background.
  at::Tensor deltas;
};

/// Draws 512 of each image's `proposals` [P, 4] and objects, which count as proposals, too; a
/// quarter of them at most belongs to objects. By `key` and the image.
RoiSamples sample_rois(const std::vector<at::Tensor>& proposals,
                       const std::vector<DetectionTargets>& targets, const SampleKey& key);

}  // namespace ptqbench
