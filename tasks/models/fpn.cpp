#include "tasks/models/fpn.h"

#include <fmt/format.h>

#include <algorithm>

#include "methods/nn/bit_policy.h"
#include "methods/nn/pyramid_layers.h"

namespace ptqbench {
namespace {

std::shared_ptr<Layer> conv(const std::string& name, int64_t in_channels, int64_t out_channels,
                            int64_t kernel, int64_t stride) {
  Conv2dOptions options;
  options.in_channels = in_channels;
  options.out_channels = out_channels;
  options.kernel = kernel;
  options.stride = stride;
  options.padding = kernel / 2;
  options.bias = true;
  return std::make_shared<QuantConv2d>(name, options);
}

/// Appends a layer whose output is quantized only where heads are.
ValueId add_unquantized(UnitGraph& graph, const std::string& name,
                        const std::shared_ptr<Layer>& layer, const std::vector<ValueId>& inputs) {
  mark_head_activations(*layer);
  return graph.add(name, "", layer, inputs);
}

void add_extra_levels(UnitGraph& graph, const std::string& prefix, const FpnShape& shape,
                      std::vector<FeatureMap>& levels) {
  const int level = levels.back().level + 1;
  const ValueId coarsest = levels.back().value;
  const int64_t channels = shape.channels;
  if (shape.extra == ExtraLevels::kMaxPool) {
    const auto pooled =
        graph.add(prefix + "extra_blocks.pool", "",
                  std::make_shared<MaxPool>(/*kernel=*/1, /*stride=*/2, /*padding=*/0), {coarsest});
    levels.push_back({pooled, channels, level});
  }
  if (shape.extra == ExtraLevels::kTwoConvs) {
    const std::string p6 = prefix + "extra_blocks.p6";
    const std::string p7 = prefix + "extra_blocks.p7";
    auto x = add_unquantized(graph, p6, conv(p6, channels, channels, 3, 2), {coarsest});
    levels.push_back({x, channels, level});
    x = graph.add(p7 + ".relu", "", std::make_shared<Relu>(), {x});
    x = add_unquantized(graph, p7, conv(p7, channels, channels, 3, 2), {x});
    levels.push_back({x, channels, level + 1});
  }
}

}  // namespace

std::vector<FeatureMap> add_fpn(UnitGraph& graph, const std::string& prefix,
                                const std::vector<FeatureMap>& maps, const FpnShape& shape) {
  std::vector<FeatureMap> levels;
  ValueId coarser = -1;
  for (size_t i = maps.size(); i-- > 0;) {
    const auto lateral = fmt::format("{}inner_blocks.{}.0", prefix, i);
    auto x = graph.add(lateral, "", conv(lateral, maps[i].channels, shape.channels, 1, 1),
                       {maps[i].value});
    if (coarser >= 0) {
      const auto sum = fmt::format("{}sum.{}", prefix, i);
      x = add_unquantized(graph, sum, std::make_shared<AddUpsampled>(sum), {x, coarser});
    }
    coarser = x;
    const auto output = fmt::format("{}layer_blocks.{}.0", prefix, i);
    x = add_unquantized(graph, output, conv(output, shape.channels, shape.channels, 3, 1), {x});
    levels.push_back({x, shape.channels, maps[i].level});
  }
  std::reverse(levels.begin(), levels.end());
  add_extra_levels(graph, prefix, shape, levels);
  return levels;
}

}  // namespace ptqbench
