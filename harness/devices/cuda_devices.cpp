#include "harness/devices/cuda_devices.h"

#ifdef PTQBENCH_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace ptqbench {

#ifdef PTQBENCH_WITH_CUDA

CudaState cuda_state() {
  CudaState state;
  state.built = true;
  int count = 0;
  const auto error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) {
    state.problem = cudaGetErrorString(error);
    // Otherwise LibTorch would meet it at its next call.
    cudaGetLastError();
    return state;
  }
  for (int number = 0; number < count; ++number) {
    CudaDevice device;
    char bus_id[32] = {};
    cudaDeviceProp properties{};
    if (cudaDeviceGetPCIBusId(bus_id, sizeof bus_id, number) == cudaSuccess) device.bus_id = bus_id;
    if (cudaGetDeviceProperties(&properties, number) == cudaSuccess) {
      device.name = properties.name;
      device.memory_bytes = static_cast<int64_t>(properties.totalGlobalMem);
    }
    state.devices.push_back(std::move(device));
  }
  return state;
}

#else

CudaState cuda_state() { return {}; }

#endif

}  // namespace ptqbench
