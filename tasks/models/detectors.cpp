#include "tasks/models/detectors.h"

#include <cmath>
#include <functional>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/models/faster_rcnn.h"
#include "tasks/models/retinanet.h"

namespace ptqbench {
namespace {

/// Levels 3 to 7 with three sizes an octave, rounded down as torchvision does.
AnchorOptions retinanet_anchors(const std::vector<double>& octaves) {
  AnchorOptions anchors;
  anchors.aspect_ratios = {0.5, 1, 2};
  for (const double size : octaves) {
    anchors.sizes.push_back(
        {size, std::floor(size * std::exp2(1.0 / 3)), std::floor(size * std::exp2(2.0 / 3))});
  }
  return anchors;
}

UnitGraph full_retinanet(const DetectorBackbone& backbone, int64_t classes) {
  RetinaNetShape shape;
  shape.backbone = backbone;
  shape.backbone.first_level = 3;
  shape.backbone.fpn.extra = ExtraLevels::kTwoConvs;
  shape.anchors = retinanet_anchors({32, 64, 128, 256, 512});
  return retinanet(shape, classes);
}

UnitGraph full_faster_rcnn(const DetectorBackbone& backbone, int64_t classes) {
  FasterRcnnShape shape;
  shape.backbone = backbone;
  shape.backbone.fpn.extra = ExtraLevels::kMaxPool;
  shape.anchors = {{{32}, {64}, {128}, {256}, {512}}, {0.5, 1, 2}};
  return faster_rcnn(shape, classes);
}

DetectorBackbone resnet_backbone(const ResNetShape& shape) {
  DetectorBackbone backbone;
  backbone.resnet = shape;
  return backbone;
}

/// torchvision evaluates its COCO_V1 weights so: they were trained when its frozen batch norm had
/// no epsilon.
ResNetShape resnet50_without_epsilon() {
  auto shape = resnet50_shape();
  shape.batch_norm_eps = 0;
  return shape;
}

DetectorBackbone mobilenet_backbone() {
  DetectorBackbone backbone;
  backbone.kind = DetectorBackbone::Kind::kMobileNetV2;
  return backbone;
}

/// For images of about 128 pixels with objects of 16 to 64: levels 3 to 5.
DetectorBackbone narrow_backbone() {
  DetectorBackbone backbone;
  backbone.resnet.width = 24;
  backbone.resnet.stem_kernel = 3;
  backbone.resnet.max_pool = false;
  backbone.first_level = 3;
  backbone.fpn.channels = 48;
  return backbone;
}

UnitGraph narrow_retinanet(int64_t classes) {
  RetinaNetShape shape;
  shape.backbone = narrow_backbone();
  shape.head_convs = 2;
  shape.anchors = retinanet_anchors({16, 32, 64});
  shape.detections.most_of_level = 200;
  return retinanet(shape, classes);
}

UnitGraph narrow_faster_rcnn(int64_t classes) {
  FasterRcnnShape shape;
  shape.backbone = narrow_backbone();
  shape.anchors = {{{16, 24}, {32, 48}, {64, 96}}, {0.5, 1, 2}};
  shape.proposals.most_of_level = 200;
  shape.proposals.count = 64;
  shape.hidden = 256;
  return faster_rcnn(shape, classes);
}

struct Entry {
  std::string name;
  std::string description;
  std::function<UnitGraph(int64_t)> make;
};

const std::vector<Entry>& entries() {
  const auto one_stage = [](const DetectorBackbone& backbone) {
    return [backbone](int64_t classes) { return full_retinanet(backbone, classes); };
  };
  const auto two_stage = [](const DetectorBackbone& backbone) {
    return [backbone](int64_t classes) { return full_faster_rcnn(backbone, classes); };
  };
  static const std::vector<Entry> all = {
      {"retinanet_resnet18_narrow", "RetinaNet for images of about 128 pixels", narrow_retinanet},
      {"faster_rcnn_resnet18_narrow", "Faster R-CNN for images of about 128 pixels",
       narrow_faster_rcnn},
      {"retinanet_resnet18", "RetinaNet with FPN on ResNet-18 (Lin et al. 2017)",
       one_stage(resnet_backbone(resnet18_shape()))},
      {"retinanet_resnet50", "RetinaNet with FPN on ResNet-50",
       one_stage(resnet_backbone(resnet50_shape()))},
      {"retinanet_resnet50_coco_v1",
       "RetinaNet with FPN on ResNet-50 for torchvision's COCO_V1 weights (batch norm without "
       "epsilon)",
       one_stage(resnet_backbone(resnet50_without_epsilon()))},
      {"retinanet_mobilenet_v2", "RetinaNet with FPN on MobileNetV2",
       one_stage(mobilenet_backbone())},
      {"faster_rcnn_resnet18", "Faster R-CNN with FPN on ResNet-18 (Ren et al. 2015)",
       two_stage(resnet_backbone(resnet18_shape()))},
      {"faster_rcnn_resnet50", "Faster R-CNN with FPN on ResNet-50",
       two_stage(resnet_backbone(resnet50_shape()))},
      {"faster_rcnn_resnet50_coco_v1",
       "Faster R-CNN with FPN on ResNet-50 for torchvision's COCO_V1 weights (batch norm without "
       "epsilon)",
       two_stage(resnet_backbone(resnet50_without_epsilon()))},
      {"faster_rcnn_mobilenet_v2", "Faster R-CNN with FPN on MobileNetV2",
       two_stage(mobilenet_backbone())},
  };
  return all;
}

const Entry& find(const std::string& name) {
  for (const auto& entry : entries()) {
    if (entry.name == name) return entry;
  }
  throw ConfigError("no detector is called '" + name + "'" +
                    valid_names_hint(name, detector_names()));
}

}  // namespace

std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string detector_description(const std::string& name) { return find(name).description; }

UnitGraph make_detector(const std::string& name, int64_t classes) {
  return find(name).make(classes);
}

}  // namespace ptqbench
