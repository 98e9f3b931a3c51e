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

std::vector<FeatureMap> add_features(UnitGraph& graph, const std::string& prefix,
                                     const Shape& shape, ValueId image) {
  const std::string stem = prefix + "0.0";
  ValueId x = graph.add(
      stem, "",
      activated(stem, conv_relu(3, shape.stem_channels, 3, shape.stem_stride, prefix + "0.1")),
      {image});
  std::vector<FeatureMap> maps;
  int level = shape.stem_stride == 2 ? 1 : 0;
  int64_t channels = shape.stem_channels;
  int index = 1;
  for (const Group& group : shape.groups) {
    if (group.stride == 2) maps.push_back({x, channels, level++});
    for (int block = 0; block < group.blocks; ++block) {
      const int64_t stride = block == 0 ? group.stride : 1;
      x = add_block(graph, fmt::format("{}{}", prefix, index++), x, channels, group, stride);
      channels = group.channels;
    }
  }
  const std::string last = fmt::format("{}{}", prefix, index);
  x = graph.add(last + ".0", "",
                activated(last + ".0", conv_relu(channels, shape.last_channels, 1, 1, last + ".1")),
                {x});
  maps.push_back({x, shape.last_channels, level});
  return maps;
}

UnitGraph build(const Shape& shape, int64_t classes) {
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto last = add_features(graph, "features.", shape, image).back();
  auto x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {last.value});
  x = graph.add("classifier.1", "",
                std::make_shared<QuantLinear>("classifier.1", shape.last_channels, classes,
                                              Nonlinearity::kNone, /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

/// Table 2 of the paper.
Shape original_shape() {
  return {32,
          2,
          {{1, 16, 1, 1},
           {6, 24, 2, 2},
           {6, 32, 3, 2},
           {6, 64, 4, 2},
           {6, 96, 3, 1},
           {6, 160, 3, 2},
           {6, 320, 1, 1}},
          1280};
}

}  // namespace

UnitGraph mobilenet_v2(int64_t classes) { return build(original_shape(), classes); }

std::vector<FeatureMap> add_mobilenet_v2_features(UnitGraph& graph, const std::string& prefix,
                                                  ValueId image) {
  return add_features(graph, prefix, original_shape(), image);
}

UnitGraph cifar_mobilenet_v2(int64_t classes) {
  return build(
      {16, 1, {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 3, 2}, {6, 96, 1, 1}}, 320},
      classes);
}

}  // namespace ptqbench
