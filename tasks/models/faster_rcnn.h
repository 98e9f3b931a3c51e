#pragma once

#include "methods/nn/unit_graph.h"
#include "tasks/detection/anchors.h"
#include "tasks/detection/detections.h"
#include "tasks/detection/proposals.h"
#include "tasks/models/detector_backbone.h"

namespace ptqbench {

struct FasterRcnnShape {
  DetectorBackbone backbone;
  /// Sizes for every level of the pyramid.
  AnchorOptions anchors;
  ProposalOptions proposals;
  /// Features of a proposal in the two layers of the second stage.
  int64_t hidden = 1024;
  DetectionOptions detections;
};

/// Faster R-CNN (Ren et al. 2015, arXiv:1506.01497) on a feature pyramid (Lin et al. 2017,
/// arXiv:1612.03144). Inputs: images [N, 3, H, W] and what of them is no padding, [N, 2] (see
/// detector_layers.h); outputs: boxes, scores, labels (ProposalDetections). `classes` counts the
/// background, class 0. Parameter names are torchvision's. Blocks: "rpn.head" (on all levels) and
/// "roi_heads" (with the pooling). The proposals are a choice (UnitGraph::mark_choice). Values by
/// name:
///   "objectness" [N, A, 1], "anchor_deltas" and "anchors" [N, A, 4]   first stage
///   "proposals" [N, P, 4]
///   "class_logits" [N, P, classes], "box_deltas" [N, P, 4 * classes]  second stage
///   "pooled_map.0", ...  the pyramid's levels that it reads, finest first
UnitGraph faster_rcnn(const FasterRcnnShape& shape, int64_t classes);

/// Whether a detector is one of these.
bool has_two_stages(const UnitGraph& detector);

/// The values "pooled_map.0" and so on of such a detector.
std::vector<ValueId> pooled_maps(const UnitGraph& detector);

}  // namespace ptqbench
