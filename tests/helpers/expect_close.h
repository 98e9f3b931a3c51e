#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

namespace ptqbench::testing {

/// Every element within `absolute` + `relative` * |expected|; the shapes must match.
::testing::AssertionResult close(const at::Tensor& actual, const at::Tensor& expected,
                                 double relative, double absolute = 0);

/// Bit for bit.
::testing::AssertionResult identical(const at::Tensor& actual, const at::Tensor& expected);

}  // namespace ptqbench::testing
