#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "tasks/checkpoint/checkpoint.h"

namespace ptqbench {

/// 0, step, 2 step, ...: what every tensor of the fixtures holds.
inline at::Tensor ramp(at::IntArrayRef shape, double step) {
  const int64_t count = c10::multiply_integers(shape);
  return (torch::arange(count, torch::kDouble) * step).reshape(shape).to(torch::kFloat);
}

inline at::Tensor tensor_named(const Checkpoint& checkpoint, const std::string& name) {
  for (const auto& tensor : checkpoint.tensors) {
    if (tensor.name == name) return tensor.value;
  }
  ADD_FAILURE() << "no tensor named " << name;
  return torch::zeros({0});
}

/// Same dtype, shape and values: reading a file rounds nothing.
inline void expect_same(const at::Tensor& actual, const at::Tensor& expected) {
  EXPECT_EQ(actual.scalar_type(), expected.scalar_type());
  ASSERT_EQ(actual.sizes(), expected.sizes());
  EXPECT_TRUE(actual.equal(expected)) << actual;
}

/// The ten dtypes as make_fixtures.py's `dtypes` writes them.
inline void expect_every_dtype(const Checkpoint& checkpoint) {
  const std::pair<const char*, at::ScalarType> numbers[] = {
      {"float64", torch::kDouble}, {"float32", torch::kFloat},     {"float16", torch::kHalf},
      {"int64", torch::kLong},     {"bfloat16", torch::kBFloat16}, {"int32", torch::kInt},
      {"int16", torch::kShort},    {"int8", torch::kChar},         {"uint8", torch::kByte}};
  for (const auto& [name, dtype] : numbers) {
    SCOPED_TRACE(name);
    expect_same(tensor_named(checkpoint, name), ramp({3}, 1).to(dtype));
  }
  expect_same(tensor_named(checkpoint, "bool"), torch::tensor({true, false, true}));
}

}  // namespace ptqbench
