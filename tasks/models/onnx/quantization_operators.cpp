#include <torch/types.h>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

/// Steps and zero points: one, or one a place of an axis of `x`.
at::Tensor along_axis(const Call& call, const at::Tensor& parameter, const at::Tensor& x) {
  if (parameter.numel() == 1) return parameter.reshape({});
  const int64_t axis = call.axis(call.node.integer("axis", 1), x.dim());
  if (parameter.dim() != 1 || parameter.size(0) != x.size(axis))
    call.fail("its scale is neither one number nor one a place of its axis");
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[static_cast<size_t>(axis)] = -1;
  return parameter.reshape(shape);
}

/// Halves are rounded to even; what the type cannot hold becomes its bound.
Tensors quantize(const Call& call) {
  const auto& x = call.in(0);
  const auto type = call.has(2) ? call.in(2).scalar_type() : at::kByte;
  if (type != at::kByte && type != at::kChar) call.fail("expected a zero point of 8 bits");
  auto integers = at::round(x / along_axis(call, call.in(1), x));
  if (call.has(2)) integers = integers + along_axis(call, call.in(2).to(at::kFloat), x);
  const bool is_signed = type == at::kChar;
  return {integers.clamp(is_signed ? -128 : 0, is_signed ? 127 : 255).to(type)};
}

Tensors dequantize(const Call& call) {
  const auto& x = call.in(0);
  auto integers = x.to(at::kFloat);
  if (call.has(2)) integers = integers - along_axis(call, call.in(2).to(at::kFloat), x);
  return {integers * along_axis(call, call.in(1), x)};
}

}  // namespace

std::vector<Operator> quantization_operators() {
  return {{"QuantizeLinear", 2, 3, {"axis", "saturate"}, quantize},
          {"DequantizeLinear", 2, 3, {"axis"}, dequantize}};
}

}  // namespace ptqbench::onnx
