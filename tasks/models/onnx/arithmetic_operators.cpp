#include <torch/types.h>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

Operator unary(const std::string& name, at::Tensor (*function)(const at::Tensor&)) {
  return {name, 1, 1, {}, [function](const Call& call) { return Tensors{function(call.in(0))}; }};
}

Operator binary(const std::string& name,
                at::Tensor (*function)(const at::Tensor&, const at::Tensor&)) {
  return {name, 2, 2, {}, [function](const Call& call) {
            call.check_broadcast(call.in(0), call.in(1));
            return Tensors{function(call.in(0), call.in(1))};
          }};
}

/// Of any number of tensors, from the left.
Operator variadic(const std::string& name,
                  at::Tensor (*function)(const at::Tensor&, const at::Tensor&)) {
  return {name, 1, SIZE_MAX, {}, [function](const Call& call) {
            auto result = call.in(0);
            for (size_t i = 1; i < call.inputs.size(); ++i) {
              call.check_broadcast(result, call.in(i));
              result = function(result, call.in(i));
            }
            return Tensors{result};
          }};
}

at::Tensor add(const at::Tensor& a, const at::Tensor& b) { return at::add(a, b); }

/// Integers are cut towards zero.
at::Tensor divide(const at::Tensor& a, const at::Tensor& b) {
  return at::isIntegralType(a.scalar_type(), false) ? at::div(a, b, "trunc") : at::div(a, b);
}

/// The type of the base stays.
at::Tensor power(const at::Tensor& a, const at::Tensor& b) {
  // Squares are what decomposed norms take; a general power is many times as slow.
  if (b.numel() == 1 && b.device().is_cpu() && b.item().toDouble() == 2)
    return at::mul(a, a).expand(at::infer_size(a.sizes(), b.sizes()));
  return at::pow(a, b.to(a.device())).to(a.scalar_type());
}

Tensors remainder(const Call& call) {
  const bool c_style = call.node.integer("fmod", 0) != 0;
  return {c_style ? at::fmod(call.in(0), call.in(1)) : at::remainder(call.in(0), call.in(1))};
}

Tensors mean(const Call& call) {
  auto sum = call.in(0);
  for (size_t i = 1; i < call.inputs.size(); ++i) sum = at::add(sum, call.in(i));
  return {sum / static_cast<double>(call.inputs.size())};
}

/// Sums along an axis, up to each place or to the one before.
Tensors cumulative_sum(const Call& call) {
  const auto& x = call.in(0);
  const int64_t axis = call.axis(call.integers(1).at(0), x.dim());
  const bool reverse = call.node.integer("reverse", 0) != 0;
  const auto ordered = reverse ? x.flip(axis) : x;
  auto sums = ordered.cumsum(axis).to(x.scalar_type());
  if (call.node.integer("exclusive", 0) != 0) sums = sums - ordered;
  return {reverse ? sums.flip(axis) : sums};
}

}  // namespace

std::vector<Operator> arithmetic_operators() {
  return {
      variadic("Sum", add),
      {"Mean", 1, SIZE_MAX, {}, mean},
      variadic("Min", at::minimum),
      variadic("Max", at::maximum),
      binary("Add", add),
      binary("Sub", [](const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b); }),
      binary("Mul", [](const at::Tensor& a, const at::Tensor& b) { return at::mul(a, b); }),
      binary("Div", divide),
      binary("Pow", power),
      {"Mod", 2, 2, {"fmod"}, remainder},
      {"CumSum", 2, 2, {"exclusive", "reverse"}, cumulative_sum, {1}},
      unary("Sqrt", at::sqrt),
      unary("Reciprocal", at::reciprocal),
      unary("Exp", at::exp),
      unary("Log", at::log),
      unary("Abs", at::abs),
      unary("Neg", at::neg),
      unary("Sign", at::sign),
      unary("Floor", at::floor),
      unary("Ceil", at::ceil),
      unary("Round", at::round),
      unary("Sin", at::sin),
      unary("Cos", at::cos),
      unary("Erf", at::erf),
  };
}

}  // namespace ptqbench::onnx
