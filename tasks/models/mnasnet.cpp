#include "tasks/models/mnasnet.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"
#include "tasks/models/inverted_residual.h"

namespace ptqbench {
namespace {

struct Stack {
  int64_t expansion;
  int64_t channels;
  int64_t kernel;
  int blocks;
  int64_t stride;
};

struct Shape {
  int64_t stem_channels;
  int64_t stem_stride;
  /// Of the stem's depthwise-separable convolution.
  int64_t separable_channels;
  std::vector<Stack> stacks;
  int64_t last_channels;
};

/// Layer number `index` of the sequence and the batch norm behind it.
InvertedResidual::Part numbered(const std::string& prefix, int index) {
  return {fmt::format("{}layers.{}", prefix, index), fmt::format("{}layers.{}", prefix, index + 1)};
}

/// A convolution that belongs to no block.
ValueId add_conv(UnitGraph& graph, int index, const Conv2dOptions& options, ValueId x) {
  const auto name = numbered("", index).conv;
  return graph.add(name, "", std::make_shared<QuantConv2d>(name, options), {x});
}

ValueId add_stem(UnitGraph& graph, const Shape& shape, ValueId x) {
  x = add_conv(graph, 0,
               conv_relu(3, shape.stem_channels, 3, shape.stem_stride, numbered("", 0).norm), x);
  auto depthwise = conv_relu(shape.stem_channels, shape.stem_channels, 3, 1, numbered("", 3).norm);
  depthwise.groups = shape.stem_channels;
  x = add_conv(graph, 3, depthwise, x);
  auto pointwise =
      conv_relu(shape.stem_channels, shape.separable_channels, 1, 1, numbered("", 6).norm);
  pointwise.nonlinearity = Nonlinearity::kNone;
  return add_conv(graph, 6, pointwise, x);
}

ValueId add_block(UnitGraph& graph, const std::string& name, ValueId x, int64_t in_channels,
                  const Stack& stack, int64_t stride) {
  InvertedResidual block;
  block.in_channels = in_channels;
  block.out_channels = stack.channels;
  block.expansion = stack.expansion;
  block.kernel = stack.kernel;
  block.stride = stride;
  block.nonlinearity = Nonlinearity::kRelu;
  // Non-linearities are counted too: convolution, norm, ReLU.
  block.expand = numbered(name + ".", 0);
  block.depthwise = numbered(name + ".", 3);
  block.project = numbered(name + ".", 6);
  return add_inverted_residual(graph, name, x, block);
}

UnitGraph build(const Shape& shape, int64_t classes) {
  UnitGraph graph;
  ValueId x = add_stem(graph, shape, graph.add_input("image"));
  int64_t channels = shape.separable_channels;
  int index = 8;
  for (const Stack& stack : shape.stacks) {
    for (int block = 0; block < stack.blocks; ++block) {
      const int64_t stride = block == 0 ? stack.stride : 1;
      x = add_block(graph, fmt::format("layers.{}.{}", index, block), x, channels, stack, stride);
      channels = stack.channels;
    }
    ++index;
  }
  x = add_conv(graph, index,
               conv_relu(channels, shape.last_channels, 1, 1, numbered("", index).norm), x);
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("classifier.1", "",
                std::make_shared<QuantLinear>("classifier.1", shape.last_channels, classes,
                                              Nonlinearity::kNone, /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

/// Channels at a whole multiple of those of width 1 (all of which are multiples of 8, so that
/// nothing needs rounding); the last convolution keeps its 1280.
UnitGraph widened(int64_t multiplier, int64_t classes) {
  const int64_t m = multiplier;
  return build({32 * m,
                2,
                16 * m,
                {{3, 24 * m, 3, 3, 2},
                 {3, 40 * m, 5, 3, 2},
                 {6, 80 * m, 5, 3, 2},
                 {6, 96 * m, 3, 2, 1},
                 {6, 192 * m, 5, 4, 2},
                 {6, 320 * m, 3, 1, 1}},
                1280},
               classes);
}

}  // namespace

UnitGraph mnasnet_1_0(int64_t classes) { return widened(1, classes); }

UnitGraph mnasnet_2_0(int64_t classes) { return widened(2, classes); }

UnitGraph cifar_mnasnet(int64_t classes) {
  return build({16,
                1,
                16,
                {{3, 24, 3, 2, 2},
                 {3, 32, 5, 2, 2},
                 {6, 48, 5, 2, 1},
                 {6, 64, 3, 1, 1},
                 {6, 96, 5, 2, 2},
                 {6, 128, 3, 1, 1}},
                320},
               classes);
}

}  // namespace ptqbench
