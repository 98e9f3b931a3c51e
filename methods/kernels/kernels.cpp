#include "methods/kernels/kernels.h"

#include "methods/kernels/cpu/cpu_kernels.h"
#ifdef PTQBENCH_WITH_CUDA_KERNELS
#include "methods/kernels/cuda/cuda_kernels.h"
#endif

namespace ptqbench {

const Kernels& kernels_on(const at::Device& device) {
  if (device.is_cpu()) return cpu_kernels();
#ifdef PTQBENCH_WITH_CUDA_KERNELS
  if (device.is_cuda()) return cuda_kernels();
#endif
  return composed_kernels();
}

}  // namespace ptqbench
