#include "tasks/models/resnet.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"

namespace ptqbench {
namespace {

struct BlockShape {
  int64_t in_channels;
  /// Of the 3x3 convolutions.
  int64_t width;
  int64_t out_channels;
  int64_t stride;
  double batch_norm_eps;
};

/// Appends layers to one block.
class Block {
 public:
  Block(UnitGraph& graph, std::string name, const BlockShape& shape)
      : graph_(graph), name_(std::move(name)), shape_(shape) {}

  std::string part(const std::string& name) const { return name_ + "." + name; }

  ValueId add_conv(const std::string& name, Conv2dOptions options, ValueId input) {
    options.batch_norm_eps = shape_.batch_norm_eps;
    return graph_.add(part(name), name_, std::make_shared<QuantConv2d>(part(name), options),
                      {input});
  }

  /// The shortcut from `x`, the sum with `y`, ReLU.
  ValueId add_residual(ValueId x, ValueId y) {
    if (shape_.stride != 1 || shape_.in_channels != shape_.out_channels) {
      x = add_conv("downsample.0",
                   before_sum(conv_relu(shape_.in_channels, shape_.out_channels, 1, shape_.stride,
                                        part("downsample.1"))),
                   x);
    }
    return graph_.add(
        part("add"), name_,
        std::make_shared<Add>(part("add"), Nonlinearity::kRelu, /*quantize_output=*/true), {y, x});
  }

 private:
  UnitGraph& graph_;
  std::string name_;
  BlockShape shape_;
};

ValueId basic_block(UnitGraph& graph, const std::string& name, ValueId x, const BlockShape& shape) {
  Block block(graph, name, shape);
  auto y = block.add_conv(
      "conv1", conv_relu(shape.in_channels, shape.width, 3, shape.stride, block.part("bn1")), x);
  y = block.add_conv(
      "conv2", before_sum(conv_relu(shape.width, shape.out_channels, 3, 1, block.part("bn2"))), y);
  return block.add_residual(x, y);
}

ValueId bottleneck(UnitGraph& graph, const std::string& name, ValueId x, const BlockShape& shape) {
  Block block(graph, name, shape);
  auto y = block.add_conv("conv1",
                          conv_relu(shape.in_channels, shape.width, 1, 1, block.part("bn1")), x);
  y = block.add_conv("conv2",
                     conv_relu(shape.width, shape.width, 3, shape.stride, block.part("bn2")), y);
  y = block.add_conv(
      "conv3", before_sum(conv_relu(shape.width, shape.out_channels, 1, 1, block.part("bn3"))), y);
  return block.add_residual(x, y);
}

UnitGraph classifier(const ResNetShape& shape, int64_t classes) {
  UnitGraph graph;
  const auto last = add_resnet_stages(graph, "", shape, graph.add_input("image")).back();
  auto x = graph.add("avgpool", "", std::make_shared<GlobalAveragePool>(), {last.value});
  x = graph.add("fc", "",
                std::make_shared<QuantLinear>("fc", last.channels, classes, Nonlinearity::kNone,
                                              /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace

ResNetShape resnet18_shape() { return {}; }

ResNetShape resnet50_shape() {
  ResNetShape shape;
  shape.block = ResNetShape::Block::kBottleneck;
  shape.blocks = {3, 4, 6, 3};
  return shape;
}

UnitGraph resnet18(int64_t classes) { return classifier(resnet18_shape(), classes); }

UnitGraph resnet50(int64_t classes) { return classifier(resnet50_shape(), classes); }

std::vector<FeatureMap> add_resnet_stages(UnitGraph& graph, const std::string& prefix,
                                          const ResNetShape& shape, ValueId image) {
  const bool bottlenecks = shape.block == ResNetShape::Block::kBottleneck;
  const auto add_block = bottlenecks ? bottleneck : basic_block;
  const int64_t expansion = bottlenecks ? 4 : 1;
  const std::string stem = prefix + "conv1";
  auto options = conv_relu(3, shape.width, shape.stem_kernel, /*stride=*/2, prefix + "bn1");
  options.batch_norm_eps = shape.batch_norm_eps;
  auto x = graph.add(stem, "", std::make_shared<QuantConv2d>(stem, options), {image});
  if (shape.max_pool) {
    x = graph.add(prefix + "maxpool", "",
                  std::make_shared<MaxPool>(/*kernel=*/3, /*stride=*/2, /*padding=*/1), {x});
  }
  std::vector<FeatureMap> maps;
  int64_t channels = shape.width;
  for (int stage = 0; stage < ResNetShape::kStages; ++stage) {
    const int64_t width = shape.width << stage;
    const bool halves = stage > 0 || !shape.max_pool;
    for (int block = 0; block < shape.blocks[static_cast<size_t>(stage)]; ++block) {
      x = add_block(
          graph, fmt::format("{}layer{}.{}", prefix, stage + 1, block), x,
          {channels, width, width * expansion, halves && block == 0 ? 2 : 1, shape.batch_norm_eps});
      channels = width * expansion;
    }
    maps.push_back({x, channels, stage + 2});
  }
  return maps;
}

}  // namespace ptqbench
