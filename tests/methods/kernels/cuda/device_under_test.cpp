#include <torch/cuda.h>

#include "methods/kernels/cuda/cuda_kernels.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

namespace ptqbench::testing {

std::optional<KernelsUnderTest> kernels_under_test() {
  if (!torch::cuda::is_available()) return std::nullopt;
  return KernelsUnderTest{&cuda_kernels(), at::Device(at::kCUDA, 0)};
}

std::string why_no_kernels() { return "no CUDA device here"; }

}  // namespace ptqbench::testing
