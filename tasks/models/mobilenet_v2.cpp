#include "tasks/models/mobilenet_v2.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"
#include "tasks/models/inverted_residual.h"

namespace ptqbench {
namespace {

struct Group {
  int64_t expansion;
  int64_t channels;
  int blocks;
  int64_t stride;
};

struct Shape {
  int64_t stem_channels;
  int64_t stem_stride;
  std::vector<Group> groups;
  int64_t last_channels;
};

/// Convolution, batch norm, ReLU6.
std::shared_ptr<Layer> activated(const std::string& name, Conv2dOptions options) {
  options.nonlinearity = Nonlinearity::kRelu6;
  return std::make_shared<QuantConv2d>(name, options);
}

ValueId add_block(UnitGraph& graph, const std::string& name, ValueId x, int64_t in_channels,
                  const Group& group, int64_t stride) {
  const std::string prefix = name + ".conv.";
  auto numbered = [&](int part) {
    return InvertedResidual::Part{fmt::format("{}{}.0", prefix, part),
                                  fmt::format("{}{}.1", prefix, part)};
  };
  InvertedResidual block;
  block.in_channels = in_channels;
  block.out_channels = group.channels;
  block.expansion = group.expansion;
  block.stride = stride;
  block.nonlinearity = Nonlinearity::kRelu6;
  // Parts are numbered as they stand: without an expansion the depthwise convolution is the first.
  const int depthwise = group.expansion == 1 ? 0 : 1;
  block.expand = numbered(0);
  block.depthwise = numbered(depthwise);
  block.project = {fmt::format("{}{}", prefix, depthwise + 1),
                   fmt::format("{}{}", prefix, depthwise + 2)};
  return add_inverted_residual(graph, name, x, block);
}

UnitGraph build(const Shape& shape, int64_t classes) {
  UnitGraph graph;
  ValueId x = graph.add("features.0.0", "",
                        activated("features.0.0", conv_relu(3, shape.stem_channels, 3,
                                                            shape.stem_stride, "features.0.1")),
                        {graph.add_input("image")});
  int64_t channels = shape.stem_channels;
  int index = 1;
  for (const Group& group : shape.groups) {
    for (int block = 0; block < group.blocks; ++block) {
      const int64_t stride = block == 0 ? group.stride : 1;
      x = add_block(graph, fmt::format("features.{}", index++), x, channels, group, stride);
      channels = group.channels;
    }
  }
  const std::string last = fmt::format("features.{}", index);
  x = graph.add(last + ".0", "",
                activated(last + ".0", conv_relu(channels, shape.last_channels, 1, 1, last + ".1")),
                {x});
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("classifier.1", "",
                std::make_shared<QuantLinear>("classifier.1", shape.last_channels, classes,
                                              Nonlinearity::kNone, /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace

UnitGraph mobilenet_v2(int64_t classes) {
  return build({32,
                2,
                {{1, 16, 1, 1},
                 {6, 24, 2, 2},
                 {6, 32, 3, 2},
                 {6, 64, 4, 2},
                 {6, 96, 3, 1},
                 {6, 160, 3, 2},
                 {6, 320, 1, 1}},
                1280},
               classes);
}

UnitGraph cifar_mobilenet_v2(int64_t classes) {
  return build(
      {16, 1, {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 3, 2}, {6, 96, 1, 1}}, 320},
      classes);
}

}  // namespace ptqbench
