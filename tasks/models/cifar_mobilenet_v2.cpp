#include "tasks/models/cifar_mobilenet_v2.h"

#include <fmt/format.h>

namespace ptqbench {
namespace {

struct Group {
  int64_t expansion;
  int64_t channels;
  int blocks;
  int64_t stride;
};

constexpr int64_t kStemChannels = 16;
constexpr int64_t kLastChannels = 320;
constexpr Group kGroups[] = {
    {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 3, 2}, {6, 96, 1, 1}};

Conv2dOptions conv(int64_t in_channels, int64_t out_channels, int64_t kernel, int64_t stride,
                   const std::string& norm) {
  Conv2dOptions options;
  options.in_channels = in_channels;
  options.out_channels = out_channels;
  options.kernel = kernel;
  options.stride = stride;
  options.padding = kernel / 2;
  options.batch_norm = norm;
  options.nonlinearity = Nonlinearity::kRelu6;
  return options;
}

/// Without expansion the depthwise convolution comes first. The projection has no non-linearity;
/// where a shortcut is added, the sum is quantized instead of the projection.
ValueId inverted_residual(UnitGraph& graph, const std::string& name, ValueId x, int64_t in_channels,
                          const Group& group, int64_t stride) {
  const std::string prefix = name + ".conv.";
  const int64_t hidden = in_channels * group.expansion;
  auto add_conv = [&](const std::string& part, const Conv2dOptions& options, ValueId input) {
    return graph.add(prefix + part, name, std::make_shared<QuantConv2d>(prefix + part, options),
                     {input});
  };
  int part = 0;
  ValueId y = x;
  if (group.expansion != 1) {
    y = add_conv("0.0", conv(in_channels, hidden, 1, 1, prefix + "0.1"), y);
    part = 1;
  }
  auto depthwise = conv(hidden, hidden, 3, stride, fmt::format("{}{}.1", prefix, part));
  depthwise.groups = hidden;
  y = add_conv(fmt::format("{}.0", part), depthwise, y);

  const bool residual = stride == 1 && in_channels == group.channels;
  auto projection = conv(hidden, group.channels, 1, 1, fmt::format("{}{}", prefix, part + 2));
  projection.nonlinearity = Nonlinearity::kNone;
  projection.quantize_output = !residual;
  y = add_conv(fmt::format("{}", part + 1), projection, y);
  if (!residual) return y;
  return graph.add(
      name + ".add", name,
      std::make_shared<Add>(name + ".add", Nonlinearity::kNone, /*quantize_output=*/true), {x, y});
}

}  // namespace

UnitGraph cifar_mobilenet_v2(int64_t classes) {
  UnitGraph graph;
  ValueId x = graph.add(
      "features.0.0", "",
      std::make_shared<QuantConv2d>("features.0.0", conv(3, kStemChannels, 3, 1, "features.0.1")),
      {graph.add_input("image")});
  int64_t channels = kStemChannels;
  int index = 1;
  for (const Group& group : kGroups) {
    for (int block = 0; block < group.blocks; ++block) {
      const int64_t stride = block == 0 ? group.stride : 1;
      x = inverted_residual(graph, fmt::format("features.{}", index++), x, channels, group, stride);
      channels = group.channels;
    }
  }
  const std::string last = fmt::format("features.{}", index);
  x = graph.add(
      last + ".0", "",
      std::make_shared<QuantConv2d>(last + ".0", conv(channels, kLastChannels, 1, 1, last + ".1")),
      {x});
  x = graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {x});
  x = graph.add(
      "classifier.1", "",
      std::make_shared<QuantLinear>("classifier.1", kLastChannels, classes, Nonlinearity::kNone,
                                    /*quantize_output=*/false),
      {x});
  graph.set_outputs({x});
  return graph;
}

}  // namespace ptqbench
