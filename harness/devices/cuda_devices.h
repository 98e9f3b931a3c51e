#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// A CUDA device as this process sees it.
struct CudaDevice {
  /// Its place on the bus, the same for all processes of a host, whatever they call it.
  std::string bus_id;
  std::string name;
  int64_t memory_bytes = 0;
};

struct CudaState {
  /// LibTorch was built with CUDA.
  bool built = false;
  /// By CUDA's numbers.
  std::vector<CudaDevice> devices;
  /// Why there are none, as CUDA says it; empty where it does not.
  std::string problem;
};

CudaState cuda_state();

}  // namespace ptqbench
