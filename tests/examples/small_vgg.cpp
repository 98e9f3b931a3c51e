#include "tests/examples/small_vgg.h"

#include <fmt/format.h>

#include "methods/nn/bit_policy.h"
#include "tasks/models/conv_options.h"

namespace ptqbench {

UnitGraph small_vgg(int64_t classes) {
  const std::vector<std::vector<int64_t>> stages = {{16}, {32, 32}, {64, 64}};
  UnitGraph graph;
  ValueId x = graph.add_input("image");
  int64_t channels = 3;
  // Of the next layer in `features`, where convolution, batch norm, ReLU and pooling count.
  int number = 0;
  for (size_t stage = 0; stage < stages.size(); ++stage) {
    // Convolutions of a stage are one block, which BRECQ and QDrop reconstruct together.
    const auto block = fmt::format("stage{}", stage + 1);
    for (const int64_t width : stages[stage]) {
      const auto name = fmt::format("features.{}", number);
      const auto norm = fmt::format("features.{}", number + 1);
      const auto options = conv_relu(channels, width, /*kernel=*/3, /*stride=*/1, norm);
      x = graph.add(name, block, std::make_shared<QuantConv2d>(name, options), {x});
      channels = width;
      number += 3;
    }
    // No weights, no block: a stretch that both streams just pass through.
    x = graph.add(fmt::format("features.{}", number++), "", std::make_shared<MaxPool>(2, 2, 0),
                  {x});
  }
  x = graph.add("avgpool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add("classifier", "",
                std::make_shared<QuantLinear>("classifier", channels, classes, Nonlinearity::kNone,
                                              /*quantize_output=*/false),
                {x});
  graph.set_outputs({x});
  // For the setting first_last, which keeps 8 bits in some of their places.
  mark_first_and_last(graph);
  return graph;
}

}  // namespace ptqbench
