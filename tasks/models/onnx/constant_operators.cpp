#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "tasks/models/onnx/operator.h"
#include "tasks/models/onnx/tensor_proto.h"

namespace ptqbench::onnx {
namespace {

Tensors constant(const Call& call) {
  const auto& attributes = call.node.attributes;
  if (attributes.size() != 1) call.fail("expected one value");
  const auto& [name, value] = *attributes.begin();
  if (name == "value" && value.tensor.defined()) return {value.tensor};
  if (name == "value_int") return {at::scalar_tensor(value.integer, at::kLong)};
  if (name == "value_float") return {at::scalar_tensor(value.number, at::kFloat)};
  if (name == "value_ints") return {torch::tensor(value.integers, at::kLong)};
  if (name == "value_floats") return {torch::tensor(value.numbers, at::kFloat)};
  call.fail("attribute '" + name + "' holds no tensor");
}

Tensors constant_of_shape(const Call& call) {
  const auto sizes = call.integers(0);
  call.check_size(sizes);
  const auto value = call.node.attributes.find("value");
  if (value == call.node.attributes.end()) return {at::zeros(sizes)};
  if (!value->second.tensor.defined() || value->second.tensor.numel() != 1)
    call.fail("its value is not one number");
  return {value->second.tensor.reshape({}).expand(sizes).contiguous()};
}

Tensors range(const Call& call) {
  const double start = call.number(0), limit = call.number(1), step = call.number(2);
  if (step == 0) call.fail("a step of 0");
  const double count = std::max(0.0, std::ceil((limit - start) / step));
  if (!(count <= static_cast<double>(kMostElements))) call.fail("it is too large");
  const auto type = call.in(0).scalar_type();
  const auto places = at::arange(static_cast<int64_t>(count), at::kDouble);
  return {(places * step + start).to(type)};
}

/// From one axis to another, which may be given.
Tensors shape(const Call& call) {
  const auto sizes = call.in(0).sizes();
  const auto count = static_cast<int64_t>(sizes.size());
  const auto place = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + count : at, 0, count);
  };
  const int64_t start = place(call.node.integer("start", 0));
  const int64_t end = std::max(start, place(call.node.integer("end", count)));
  return {torch::tensor(sizes.vec(), at::kLong).slice(0, start, end)};
}

Tensors size(const Call& call) { return {at::scalar_tensor(call.in(0).numel(), at::kLong)}; }

/// float16 and bfloat16 are float32 here, as the weights of such models are.
Tensors cast(const Call& call) {
  const int64_t to = call.node.integer("to", 0);
  const auto type = scalar_type(to);
  if (!type) call.fail(fmt::format("its data type {} is not supported", to));
  const bool short_float = *type == at::kHalf || *type == at::kBFloat16;
  return {call.in(0).to(short_float ? at::kFloat : *type)};
}

Tensors cast_like(const Call& call) { return {call.in(0).to(call.in(1).scalar_type())}; }

}  // namespace

std::vector<Operator> constant_operators() {
  return {
      {"Constant",
       0,
       0,
       {"value", "value_int", "value_float", "value_ints", "value_floats"},
       constant},
      {"ConstantOfShape", 1, 1, {"value"}, constant_of_shape, {0}},
      {"Range", 3, 3, {"stash_type"}, range, {0, 1, 2}},
      {"Shape", 1, 1, {"start", "end"}, shape},
      {"Size", 1, 1, {}, size},
      {"Cast", 1, 1, {"to", "saturate", "round_mode"}, cast},
      {"CastLike", 2, 2, {"saturate", "round_mode"}, cast_like},
  };
}

}  // namespace ptqbench::onnx
