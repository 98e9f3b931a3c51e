#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// Which device each rank should use.
struct DeviceRequest {
  /// "auto": CUDA where LibTorch has it and the rank sees a device, else the CPU; "cpu"; "cuda".
  std::string device = "auto";
  /// So many ranks of a host share a CUDA device.
  int64_t ranks_per_gpu = 1;
  /// So many ranks, each with its device, work on one cell together.
  int64_t devices_per_cell = 1;
};

inline bool operator==(const DeviceRequest& a, const DeviceRequest& b) {
  return a.device == b.device && a.ranks_per_gpu == b.ranks_per_gpu &&
         a.devices_per_cell == b.devices_per_cell;
}

/// What `device` may be.
inline std::vector<std::string> device_choices() { return {"auto", "cpu", "cuda"}; }

}  // namespace ptqbench
