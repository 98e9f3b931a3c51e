#include "tasks/models/cifar_resnet.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"

namespace ptqbench {
namespace {

ValueId basic_block(UnitGraph& graph, const std::string& name, ValueId x, int64_t in_channels,
                    int64_t out_channels) {
  const int64_t stride = in_channels == out_channels ? 1 : 2;
  const auto first = conv_relu(in_channels, out_channels, 3, stride, name + ".bn1");
  const auto second = before_sum(conv_relu(out_channels, out_channels, 3, 1, name + ".bn2"));
  auto add = [&](const std::string& part, std::shared_ptr<Layer> layer,
                 const std::vector<ValueId>& inputs) {
    return graph.add(name + "." + part, name, std::move(layer), inputs);
  };
  auto y = add("conv1", std::make_shared<QuantConv2d>(name + ".conv1", first), {x});
  y = add("conv2", std::make_shared<QuantConv2d>(name + ".conv2", second), {y});
  ValueId shortcut = x;
  if (stride != 1) {
    shortcut =
        add("shortcut", std::make_shared<PaddedShortcut>(stride, out_channels - in_channels), {x});
  }
  return add("add",
             std::make_shared<Add>(name + ".add", Nonlinearity::kRelu, /*quantize_output=*/true),
             {y, shortcut});
}

}  // namespace

UnitGraph cifar_resnet(int blocks_per_stage, int64_t classes) {
  UnitGraph graph;
  auto x =
      graph.add("conv1", "", std::make_shared<QuantConv2d>("conv1", conv_relu(3, 16, 3, 1, "bn1")),
                {graph.add_input("image")});
  int64_t channels = 16;
  for (int stage = 1; stage <= 3; ++stage) {
    const int64_t width = 8 << stage;
    for (int block = 0; block < blocks_per_stage; ++block) {
      x = basic_block(graph, fmt::format("layer{}.{}", stage, block), x, channels, width);
      channels = width;
    }
  }
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("linear", "",
                std::make_shared<QuantLinear>("linear", channels, classes, Nonlinearity::kNone,
                                              /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace ptqbench
