#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/config/device_request.h"
#include "harness/parallel/communicator.h"

namespace ptqbench {

/// What a rank finds around itself, for `doctor`.
struct RankFacts {
  /// Communicator::host(), and its name for people.
  int host = 0;
  std::string host_name;
  /// Where `run` would compute on this rank, and the memory there.
  std::string device;
  int64_t memory_bytes = 0;
  /// Cores that the rank, and that the process that started it, may run on.
  std::vector<int> cores;
  std::vector<int> launcher_cores;
  /// Threads that `run` would use.
  int64_t threads = 0;
  bool reference_blas = false;
  /// By library.
  std::map<std::string, std::string> versions;
};

/// What `run` would be told.
struct RunSettings {
  int64_t threads = 0;
  DeviceRequest device;
};

/// The facts of all ranks, by rank, on every rank. Collective. A device that cannot be had is in
/// *problem; all devices are "none" then.
std::vector<RankFacts> gather_facts(Communicator& communicator, const RunSettings& settings,
                                    std::string* problem);

}  // namespace ptqbench
