#include <torch/types.h>

#include <limits>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

Operator elementwise(const std::string& name, at::Tensor (*function)(const at::Tensor&)) {
  return {name, 1, 1, {}, [function](const Call& call) { return Tensors{function(call.in(0))}; }};
}

at::Tensor hard_swish(const at::Tensor& x) { return x * at::clamp(x / 6 + 0.5, 0, 1); }

/// Bounds are inputs that may be left out.
Tensors clip(const Call& call) {
  auto x = call.in(0);
  if (call.has(1)) x = at::maximum(x, call.in(1).to(x.device()));
  if (call.has(2)) x = at::minimum(x, call.in(2).to(x.device()));
  return {x};
}

Tensors leaky_relu(const Call& call) {
  return {at::leaky_relu(call.in(0), call.node.number("alpha", 0.01F))};
}

Tensors prelu(const Call& call) {
  const auto& x = call.in(0);
  return {at::where(x >= 0, x, x * call.in(1))};
}

Tensors elu(const Call& call) { return {at::elu(call.in(0), call.node.number("alpha", 1))}; }

Tensors celu(const Call& call) { return {at::celu(call.in(0), call.node.number("alpha", 1))}; }

Tensors selu(const Call& call) {
  // The defaults that the operator's specification states.
  const double alpha = call.node.number("alpha", 1.67326319217681884765625);
  const double gamma = call.node.number("gamma", 1.05070102214813232421875);
  return {at::elu(call.in(0), alpha, gamma)};
}

Tensors hard_sigmoid(const Call& call) {
  const double alpha = call.node.number("alpha", 0.2F);
  const double beta = call.node.number("beta", 0.5);
  return {at::clamp(call.in(0) * alpha + beta, 0, 1)};
}

Tensors thresholded_relu(const Call& call) {
  const auto& x = call.in(0);
  return {at::where(x > call.node.number("alpha", 1), x, at::zeros_like(x))};
}

Tensors gelu(const Call& call) {
  const auto approximate = call.node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    call.fail("approximate is '" + approximate + "', expected 'none' or 'tanh'");
  return {at::gelu(call.in(0), approximate)};
}

/// Until operator set 12 what lies behind the axis is one dimension.
Tensors softmax_like(const Call& call, at::Tensor (*function)(const at::Tensor&, int64_t,
                                                              c10::optional<at::ScalarType>)) {
  constexpr int64_t kPerAxis = 13;
  const auto& x = call.in(0);
  const bool per_axis = call.opset >= kPerAxis;
  const int64_t axis = call.axis(call.node.integer("axis", per_axis ? -1 : 1), x.dim());
  if (per_axis) return {function(x, axis, c10::nullopt)};
  return {function(x.flatten(axis), axis, c10::nullopt).reshape(x.sizes())};
}

Tensors softmax(const Call& call) { return softmax_like(call, at::softmax); }
Tensors log_softmax(const Call& call) { return softmax_like(call, at::log_softmax); }

}  // namespace

std::vector<Operator> activation_operators() {
  return {
      elementwise("Relu", at::relu),
      elementwise("Sigmoid", at::sigmoid),
      elementwise("Tanh", at::tanh),
      elementwise("HardSwish", hard_swish),
      elementwise("Mish", at::mish),
      elementwise("Softplus",
                  [](const at::Tensor& x) { return at::logaddexp(x, at::zeros_like(x)); }),
      elementwise("Softsign", [](const at::Tensor& x) { return x / (1 + at::abs(x)); }),
      {"Clip", 1, 3, {}, clip, {1, 2}},
      {"LeakyRelu", 1, 1, {"alpha"}, leaky_relu},
      {"PRelu", 2, 2, {}, prelu},
      {"Elu", 1, 1, {"alpha"}, elu},
      {"Celu", 1, 1, {"alpha"}, celu},
      {"Selu", 1, 1, {"alpha", "gamma"}, selu},
      {"HardSigmoid", 1, 1, {"alpha", "beta"}, hard_sigmoid},
      {"ThresholdedRelu", 1, 1, {"alpha"}, thresholded_relu},
      {"Gelu", 1, 1, {"approximate"}, gelu},
      {"Softmax", 1, 1, {"axis"}, softmax},
      {"LogSoftmax", 1, 1, {"axis"}, log_softmax},
  };
}

}  // namespace ptqbench::onnx
