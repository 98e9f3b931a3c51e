#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "harness/config/device_request.h"
#include "harness/parallel/communicator.h"

namespace ptqbench {

/// What placing a rank depends on.
struct RankDevices {
  /// Communicator::host(), and its name for people.
  int host = 0;
  std::string host_name;
  /// Bus ids of the CUDA devices that it sees, by CUDA's numbers.
  std::vector<std::string> cuda;
  /// LibTorch has CUDA, and why there is no device if CUDA says so.
  bool built_with_cuda = false;
  std::string cuda_problem;
};

/// The device of each rank. On CUDA, ranks of a host that see the same devices take them in the
/// order of their numbers, `ranks_per_gpu` a device; a rank that the launcher shows one device of
/// its own takes that. Throws ConfigError where CUDA is asked for and a rank sees no device, and
/// where there are more ranks than room on the devices: never falls back.
std::vector<at::Device> place_ranks(const std::vector<RankDevices>& ranks,
                                    const DeviceRequest& request);

/// What this process sees.
RankDevices rank_devices(const Communicator& communicator);

/// The device of this rank. Collective; throws as place_ranks does, on all ranks alike.
at::Device place_rank(Communicator& communicator, const DeviceRequest& request);

/// Makes the device compute in full single precision (no TF32) and, as far as LibTorch can, the
/// same numbers every time. Nothing to do for the CPU.
void prepare_device(const at::Device& device);

}  // namespace ptqbench
