#pragma once

#include <optional>
#include <string>

#include "methods/kernels/kernels.h"

namespace ptqbench::testing {

/// The kernels that a program's tests compare with the CPU's, and where their tensors lie.
struct KernelsUnderTest {
  const Kernels* kernels;
  at::Device device;
};

/// None where this machine cannot run them.
std::optional<KernelsUnderTest> kernels_under_test();
/// Why there are none.
std::string why_no_kernels();

}  // namespace ptqbench::testing
