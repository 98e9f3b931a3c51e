#include <torch/types.h>

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {
namespace {

Operator compare(const std::string& name,
                 at::Tensor (*function)(const at::Tensor&, const at::Tensor&)) {
  return {name, 2, 2, {}, [function](const Call& call) {
            call.check_broadcast(call.in(0), call.in(1));
            return Tensors{function(call.in(0), call.in(1))};
          }};
}

Operator unary(const std::string& name, at::Tensor (*function)(const at::Tensor&)) {
  return {name, 1, 1, {}, [function](const Call& call) { return Tensors{function(call.in(0))}; }};
}

Tensors where(const Call& call) {
  call.check_broadcast(call.in(0), call.in(1));
  call.check_broadcast(call.in(0), call.in(2));
  return {at::where(call.in(0).to(at::kBool), call.in(1), call.in(2))};
}

}  // namespace

std::vector<Operator> comparison_operators() {
  return {
      compare("Equal", at::eq),          compare("Less", at::lt),
      compare("LessOrEqual", at::le),    compare("Greater", at::gt),
      compare("GreaterOrEqual", at::ge), compare("And", at::logical_and),
      compare("Or", at::logical_or),     compare("Xor", at::logical_xor),
      unary("Not", at::logical_not),     unary("IsNaN", at::isnan),
      {"Where", 3, 3, {}, where},
  };
}

}  // namespace ptqbench::onnx
