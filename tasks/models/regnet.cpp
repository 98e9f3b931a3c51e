#include "tasks/models/regnet.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"

namespace ptqbench {
namespace {

struct Stage {
  int blocks;
  int64_t width;
  /// Of the first block.
  int64_t stride = 2;
};

struct Shape {
  int64_t stem_channels;
  int64_t stem_stride;
  /// Channels of one group of the 3x3 convolutions.
  int64_t group_width;
  std::vector<Stage> stages;
};

ValueId add_block(UnitGraph& graph, const std::string& name, ValueId x, int64_t in_channels,
                  int64_t width, int64_t group_width, int64_t stride) {
  auto add_conv = [&](const std::string& part, const Conv2dOptions& options, ValueId input) {
    const std::string full = name + "." + part;
    return graph.add(full, name, std::make_shared<QuantConv2d>(full, options), {input});
  };
  auto y = add_conv("f.a", conv_relu(in_channels, width, 1, 1, name + ".f.a_bn"), x);
  auto grouped = conv_relu(width, width, 3, stride, name + ".f.b_bn");
  grouped.groups = width / group_width;
  y = add_conv("f.b", grouped, y);
  y = add_conv("f.c", before_sum(conv_relu(width, width, 1, 1, name + ".f.c_bn")), y);
  ValueId shortcut = x;
  if (stride != 1 || in_channels != width)
    shortcut =
        add_conv("proj", before_sum(conv_relu(in_channels, width, 1, stride, name + ".bn")), x);
  return graph.add(
      name + ".add", name,
      std::make_shared<Add>(name + ".add", Nonlinearity::kRelu, /*quantize_output=*/true),
      {shortcut, y});
}

UnitGraph build(const Shape& shape, int64_t classes) {
  UnitGraph graph;
  ValueId x = graph.add(
      "stem.conv", "",
      std::make_shared<QuantConv2d>(
          "stem.conv", conv_relu(3, shape.stem_channels, 3, shape.stem_stride, "stem.bn")),
      {graph.add_input("image")});
  int64_t channels = shape.stem_channels;
  for (size_t s = 0; s < shape.stages.size(); ++s) {
    const Stage& stage = shape.stages[s];
    for (int block = 0; block < stage.blocks; ++block) {
      x = add_block(graph, fmt::format("s{}.b{}", s + 1, block + 1), x, channels, stage.width,
                    shape.group_width, block == 0 ? stage.stride : 1);
      channels = stage.width;
    }
  }
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("head.fc", "",
                std::make_shared<QuantLinear>("head.fc", channels, classes, Nonlinearity::kNone,
                                              /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace

UnitGraph regnetx_400mf(int64_t classes) {
  return build({32, 2, 16, {{1, 32}, {2, 64}, {7, 160}, {12, 400}}}, classes);
}

UnitGraph regnetx_600mf(int64_t classes) {
  return build({32, 2, 24, {{1, 48}, {3, 96}, {5, 240}, {7, 528}}}, classes);
}

UnitGraph regnetx_3200mf(int64_t classes) {
  return build({32, 2, 48, {{2, 96}, {6, 192}, {15, 432}, {2, 1008}}}, classes);
}

UnitGraph cifar_regnetx(int64_t classes) {
  return build({16, 1, 8, {{1, 32, 1}, {3, 64}, {5, 128}}}, classes);
}

}  // namespace ptqbench
