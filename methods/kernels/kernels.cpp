#include "methods/kernels/kernels.h"

#include "methods/kernels/cpu/cpu_kernels.h"
#ifdef PTQBENCH_WITH_CUDA_KERNELS
#include "methods/kernels/cuda/cuda_kernels.h"
#endif

namespace ptqbench {
namespace {

const Kernels* replacement = nullptr;

}  // namespace

CpuKernelsReplaced::CpuKernelsReplaced(const Kernels& kernels) { replacement = &kernels; }
CpuKernelsReplaced::~CpuKernelsReplaced() { replacement = nullptr; }

const Kernels& kernels_on(const at::Device& device) {
  if (device.is_cpu()) return replacement == nullptr ? cpu_kernels() : *replacement;
#ifdef PTQBENCH_WITH_CUDA_KERNELS
  if (device.is_cuda()) return cuda_kernels();
#endif
  return composed_kernels();
}

}  // namespace ptqbench
