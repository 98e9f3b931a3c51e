#pragma once

#include <vector>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"
#include "tasks/detection/balanced_sample.h"
#include "tasks/detection/targets.h"

namespace ptqbench {

/// What a detector learns from at once.
struct DetectionSample {
  /// Images and sizes (tasks/models/detector_layers.h).
  Tensors inputs;
  /// By image, in its pixels as the network sees it; labels are the model's classes.
  std::vector<DetectionTargets> targets;
};

/// What a detector of either kind (tasks/models/retinanet.h, faster_rcnn.h) is trained with
/// (tasks/detection/losses.h), a scalar with a gradient. `key` decides which anchors and proposals
/// a detector of two stages is judged by.
at::Tensor detection_loss(const UnitGraph& model, Pass& pass, const DetectionSample& sample,
                          const SampleKey& key);

}  // namespace ptqbench
