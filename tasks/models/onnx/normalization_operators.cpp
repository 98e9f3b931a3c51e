#include <fmt/format.h>
#include <torch/types.h>

#include <numeric>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

constexpr double kDefaultEpsilon = 1e-5F;

double epsilon(const Call& call) { return call.node.number("epsilon", kDefaultEpsilon); }

/// With the statistics of the training; those of a batch are not computed.
Tensors batch_norm(const Call& call) {
  if (call.node.integer("training_mode", 0) != 0 || call.node.outputs.size() > 1)
    call.fail("it is in training mode; export the model for inference");
  return {at::batch_norm(call.in(0), call.in(1), call.in(2), call.in(3), call.in(4),
                         /*training=*/false, /*momentum=*/0.1, epsilon(call),
                         /*cudnn_enabled=*/true)};
}

Tensors instance_norm(const Call& call) {
  return {at::instance_norm(call.in(0), call.in(1), call.in(2), {}, {}, /*use_input_stats=*/true,
                            /*momentum=*/0.1, epsilon(call), /*cudnn_enabled=*/true)};
}

/// Scale and shift are one a channel; in operator sets 18 to 20 one a group.
Tensors group_norm(const Call& call) {
  constexpr int64_t kPerChannel = 21;
  const auto& x = call.in(0);
  const int64_t groups = call.node.integer("num_groups", 0);
  if (x.dim() < 2 || groups < 1 || x.size(1) % groups != 0)
    call.fail(fmt::format("num_groups is {}, which does not divide the channels", groups));
  const auto of_channels = [&](const at::Tensor& values) {
    return call.opset >= kPerChannel ? values : values.repeat_interleave(x.size(1) / groups);
  };
  return {
      at::group_norm(x, groups, of_channels(call.in(1)), of_channels(call.in(2)), epsilon(call))};
}

/// The second and third output are the mean and the reciprocal of the deviation.
Tensors layer_norm(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", -1), x.dim());
  const auto sizes = x.sizes().slice(static_cast<size_t>(axis));
  const auto bias = call.has(2) ? call.in(2).expand(sizes) : at::Tensor();
  const auto [y, mean, deviation] =
      at::native_layer_norm(x, sizes, call.in(1).expand(sizes), bias, epsilon(call));
  Tensors outputs = {y, mean, deviation};
  outputs.resize(std::min<size_t>(outputs.size(), call.node.outputs.size()));
  return outputs;
}

Tensors rms_norm(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.node.integer("axis", -1), x.dim());
  std::vector<int64_t> axes(static_cast<size_t>(x.dim() - axis));
  std::iota(axes.begin(), axes.end(), axis);
  const auto square = (x * x).mean(axes, /*keepdim=*/true);
  return {x * at::rsqrt(square + epsilon(call)) * call.in(1)};
}

}  // namespace

std::vector<Operator> normalization_operators() {
  return {
      {"BatchNormalization", 5, 5, {"epsilon", "momentum", "training_mode"}, batch_norm},
      {"InstanceNormalization", 3, 3, {"epsilon"}, instance_norm},
      {"GroupNormalization", 3, 3, {"epsilon", "num_groups", "stash_type"}, group_norm},
      {"LayerNormalization", 2, 3, {"axis", "epsilon", "stash_type"}, layer_norm},
      {"RMSNormalization", 2, 2, {"axis", "epsilon", "stash_type"}, rms_norm},
  };
}

}  // namespace ptqbench::onnx
