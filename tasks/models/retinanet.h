#pragma once

#include "methods/nn/unit_graph.h"
#include "tasks/detection/anchors.h"
#include "tasks/detection/detections.h"
#include "tasks/models/detector_backbone.h"

namespace ptqbench {

struct RetinaNetShape {
  DetectorBackbone backbone;
  /// 3x3 convolutions of each head before its last, at least 1.
  int head_convs = 4;
  /// Sizes for every level of the pyramid.
  AnchorOptions anchors;
  DetectionOptions detections;
};

/// RetinaNet (Lin et al. 2017, arXiv:1708.02002): a pyramid, and on all of its levels the same head
/// for classes and the same for boxes. Inputs: images [N, 3, H, W] and what of them is no padding,
/// [N, 2] (see detector_layers.h); outputs: boxes, scores, labels (AnchorDetections). Values by
/// name: "class_logits" [N, A, classes], "box_deltas" [N, A, 4], "anchors" [N, A, 4]. `classes`
/// counts the unused class 0, as torchvision does, whose parameter names these are. Each head is a
/// block.
UnitGraph retinanet(const RetinaNetShape& shape, int64_t classes);

}  // namespace ptqbench
