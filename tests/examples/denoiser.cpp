#include "tests/examples/denoiser.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "methods/nn/bit_policy.h"

namespace ptqbench {

UnitGraph denoiser() {
  constexpr int kLayers = 5;
  constexpr int64_t kColors = 3;
  constexpr int64_t kChannels = 16;
  UnitGraph graph;
  ValueId x = graph.add_input("noisy");
  for (int layer = 0; layer < kLayers; ++layer) {
    const bool last = layer + 1 == kLayers;
    Conv2dOptions options;
    options.in_channels = layer == 0 ? kColors : kChannels;
    options.out_channels = last ? kColors : kChannels;
    options.kernel = 3;
    options.padding = 1;
    options.bias = true;
    options.nonlinearity = last ? Nonlinearity::kNone : Nonlinearity::kRelu;
    options.quantize_output = !last;
    const auto name = fmt::format("model.{}", layer);
    const auto convolution = std::make_shared<QuantConv2d>(name, options);
    // Training starts near "no noise", with small gradients.
    if (last) convolution->parameters().front().value.mul_(0.1);
    x = graph.add(name, "", convolution, {x});
  }
  graph.set_outputs({x});
  mark_first_and_last(graph);
  return graph;
}

}  // namespace ptqbench
