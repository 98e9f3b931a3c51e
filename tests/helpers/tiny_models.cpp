#include "tests/helpers/tiny_models.h"

#include "methods/nn/bit_policy.h"

namespace ptqbench::testing {
namespace {

std::shared_ptr<Layer> conv(const std::string& name, int64_t in, int64_t out, int64_t stride,
                            bool inner) {
  Conv2dOptions options;
  options.in_channels = in;
  options.out_channels = out;
  options.kernel = 3;
  options.stride = stride;
  options.padding = 1;
  options.bias = true;
  options.nonlinearity = inner ? Nonlinearity::kRelu : Nonlinearity::kNone;
  options.quantize_output = inner;
  return std::make_shared<QuantConv2d>(name, options);
}

ValueId block(UnitGraph& graph, const std::string& name, ValueId x, int64_t in, int64_t out) {
  const int64_t stride = in == out ? 1 : 2;
  auto y = graph.add(name + ".conv1", name, conv(name + ".conv1", in, out, stride, true), {x});
  y = graph.add(name + ".conv2", name, conv(name + ".conv2", out, out, 1, false), {y});
  auto shortcut = x;
  if (stride != 1) {
    shortcut = graph.add(name + ".shortcut", name,
                         std::make_shared<PaddedShortcut>(stride, out - in), {x});
  }
  return graph.add(name + ".add", name,
                   std::make_shared<Add>(name + ".add", Nonlinearity::kRelu, true), {y, shortcut});
}

}  // namespace

UnitGraph tiny_resnet() {
  UnitGraph graph;
  auto x = graph.add("conv1", "", conv("conv1", 3, 4, 1, true), {graph.add_input("image")});
  x = block(graph, "layer1.0", x, 4, 4);
  x = block(graph, "layer2.0", x, 4, 8);
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("linear", "",
                std::make_shared<QuantLinear>("linear", 8, 3, Nonlinearity::kNone, false), {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace ptqbench::testing
