#pragma once

#include <array>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "tasks/models/feature_map.h"

namespace ptqbench {

/// Residual networks for ImageNet (He et al. 2016, arXiv:1512.03385, table 1): a 7x7 stem, max
/// pooling, four stages, global average, a linear classifier. Shortcuts that change the shape are
/// 1x1 convolutions. Input [N, 3, H, W], made for 224x224; output [N, classes]. Parameter names are
/// torchvision's, which the BRECQ and QDrop checkpoints share.

/// Basic blocks (two 3x3 convolutions), 2 a stage.
UnitGraph resnet18(int64_t classes);

/// Bottlenecks (1x1, 3x3, 1x1) with 3, 4, 6 and 3 blocks; the 3x3 convolution carries the stride.
UnitGraph resnet50(int64_t classes);

/// The convolutions of such a network.
struct ResNetShape {
  static constexpr int kStages = 4;
  enum class Block { kBasic, kBottleneck };
  Block block = Block::kBasic;
  std::array<int, kStages> blocks = {2, 2, 2, 2};
  /// Channels of the stem and of the 3x3 convolutions of the first stage; later ones double them.
  int64_t width = 64;
  int64_t stem_kernel = 7;
  /// Without, the first stage halves the resolution instead.
  bool max_pool = true;
  double batch_norm_eps = 1e-5;
};

ResNetShape resnet18_shape();
ResNetShape resnet50_shape();

/// Appends the stem and the stages, parameters and blocks named with `prefix`, and returns what the
/// stages put out: maps of level 2 to 5.
std::vector<FeatureMap> add_resnet_stages(UnitGraph& graph, const std::string& prefix,
                                          const ResNetShape& shape, ValueId image);

}  // namespace ptqbench
