#include "tests/tasks/models/tiny_detectors.h"

#include <torch/types.h>

#include "tasks/models/faster_rcnn.h"
#include "tasks/models/retinanet.h"

namespace ptqbench::testing {
namespace {

constexpr int64_t kClasses = 3;

DetectorBackbone tiny_backbone() {
  DetectorBackbone backbone;
  backbone.resnet.blocks = {1, 1, 1, 1};
  backbone.resnet.width = 4;
  backbone.resnet.stem_kernel = 3;
  backbone.resnet.max_pool = false;
  backbone.first_level = 3;
  backbone.fpn.channels = 8;
  return backbone;
}

}  // namespace

UnitGraph tiny_retinanet() {
  at::manual_seed(1);
  RetinaNetShape shape;
  shape.backbone = tiny_backbone();
  shape.head_convs = 1;
  shape.anchors = {{{8}, {16}, {32}}, {1}};
  return retinanet(shape, kClasses);
}

UnitGraph tiny_faster_rcnn() {
  at::manual_seed(1);
  FasterRcnnShape shape;
  shape.backbone = tiny_backbone();
  shape.anchors = {{{8}, {16}, {32}}, {1}};
  shape.proposals.count = 6;
  shape.hidden = 16;
  return faster_rcnn(shape, kClasses);
}

}  // namespace ptqbench::testing
