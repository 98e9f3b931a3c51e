// The kernels of CUDA devices as C++.
#include "tests/helpers/cuda_emulator.h"

#include "methods/kernels/cuda/activation.cu"
#include "methods/kernels/cuda/gather.cu"
#include "methods/kernels/cuda/iteration.cu"
#include "methods/kernels/cuda/updates.cu"

#include "tests/helpers/emulated_kernels.h"

namespace ptqbench::testing {

int64_t emulated_launches() { return emulated().launches; }

}  // namespace ptqbench::testing
