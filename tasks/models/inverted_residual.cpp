#include "tasks/models/inverted_residual.h"

namespace ptqbench {

ValueId add_inverted_residual(UnitGraph& graph, const std::string& name, ValueId x,
                              const InvertedResidual& block) {
  const int64_t hidden = block.in_channels * block.expansion;
  auto add_conv = [&](const InvertedResidual::Part& part, Conv2dOptions options, ValueId input) {
    options.batch_norm = part.norm;
    return graph.add(part.conv, name, std::make_shared<QuantConv2d>(part.conv, options), {input});
  };

  Conv2dOptions expand;
  expand.in_channels = block.in_channels;
  expand.out_channels = hidden;
  expand.nonlinearity = block.nonlinearity;

  Conv2dOptions depthwise = expand;
  depthwise.in_channels = hidden;
  depthwise.groups = hidden;
  depthwise.kernel = block.kernel;
  depthwise.stride = block.stride;
  depthwise.padding = block.kernel / 2;

  const bool residual = block.stride == 1 && block.in_channels == block.out_channels;
  Conv2dOptions project;
  project.in_channels = hidden;
  project.out_channels = block.out_channels;
  project.quantize_output = !residual;

  auto y = block.expansion == 1 ? x : add_conv(block.expand, expand, x);
  y = add_conv(block.depthwise, depthwise, y);
  y = add_conv(block.project, project, y);
  if (!residual) return y;
  return graph.add(
      name + ".add", name,
      std::make_shared<Add>(name + ".add", Nonlinearity::kNone, /*quantize_output=*/true), {x, y});
}

}  // namespace ptqbench
