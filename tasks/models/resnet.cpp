#include "tasks/models/resnet.h"

#include <fmt/format.h>

#include <array>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"

namespace ptqbench {
namespace {

constexpr int64_t kStemChannels = 64;
constexpr int kStages = 4;

struct BlockShape {
  int64_t in_channels;
  /// Of the 3x3 convolutions.
  int64_t width;
  int64_t out_channels;
  int64_t stride;
};

/// Appends layers to one block.
class Block {
 public:
  Block(UnitGraph& graph, std::string name) : graph_(graph), name_(std::move(name)) {}

  std::string part(const std::string& name) const { return name_ + "." + name; }

  ValueId add_conv(const std::string& name, const Conv2dOptions& options, ValueId input) {
    return graph_.add(part(name), name_, std::make_shared<QuantConv2d>(part(name), options),
                      {input});
  }

  /// The shortcut of `shape` from `x`, the sum with `y`, ReLU.
  ValueId add_residual(const BlockShape& shape, ValueId x, ValueId y) {
    if (shape.stride != 1 || shape.in_channels != shape.out_channels) {
      x = add_conv("downsample.0",
                   before_sum(conv_relu(shape.in_channels, shape.out_channels, 1, shape.stride,
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
};

ValueId basic_block(UnitGraph& graph, const std::string& name, ValueId x, const BlockShape& shape) {
  Block block(graph, name);
  auto y = block.add_conv(
      "conv1", conv_relu(shape.in_channels, shape.width, 3, shape.stride, block.part("bn1")), x);
  y = block.add_conv(
      "conv2", before_sum(conv_relu(shape.width, shape.out_channels, 3, 1, block.part("bn2"))), y);
  return block.add_residual(shape, x, y);
}

ValueId bottleneck(UnitGraph& graph, const std::string& name, ValueId x, const BlockShape& shape) {
  Block block(graph, name);
  auto y = block.add_conv("conv1",
                          conv_relu(shape.in_channels, shape.width, 1, 1, block.part("bn1")), x);
  y = block.add_conv("conv2",
                     conv_relu(shape.width, shape.width, 3, shape.stride, block.part("bn2")), y);
  y = block.add_conv(
      "conv3", before_sum(conv_relu(shape.width, shape.out_channels, 1, 1, block.part("bn3"))), y);
  return block.add_residual(shape, x, y);
}

using AddBlock = ValueId (*)(UnitGraph&, const std::string&, ValueId, const BlockShape&);

/// `expansion`: a block's output channels over its width.
UnitGraph resnet(AddBlock add_block, int64_t expansion, const std::array<int, kStages>& blocks,
                 int64_t classes) {
  UnitGraph graph;
  auto x = graph.add(
      "conv1", "", std::make_shared<QuantConv2d>("conv1", conv_relu(3, kStemChannels, 7, 2, "bn1")),
      {graph.add_input("image")});
  x = graph.add("maxpool", "", std::make_shared<MaxPool>(/*kernel=*/3, /*stride=*/2, /*padding=*/1),
                {x});
  int64_t channels = kStemChannels;
  for (int stage = 0; stage < kStages; ++stage) {
    const int64_t width = kStemChannels << stage;
    for (int block = 0; block < blocks[static_cast<size_t>(stage)]; ++block) {
      const int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      x = add_block(graph, fmt::format("layer{}.{}", stage + 1, block), x,
                    {channels, width, width * expansion, stride});
      channels = width * expansion;
    }
  }
  x = graph.add("avgpool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("fc", "",
                std::make_shared<QuantLinear>("fc", channels, classes, Nonlinearity::kNone,
                                              /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace

UnitGraph resnet18(int64_t classes) { return resnet(basic_block, 1, {2, 2, 2, 2}, classes); }

UnitGraph resnet50(int64_t classes) { return resnet(bottleneck, 4, {3, 4, 6, 3}, classes); }

}  // namespace ptqbench
