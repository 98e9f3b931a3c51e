#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "harness/parallel/communicator.h"

namespace ptqbench {

struct DoctorOptions {
  /// Empty: none is looked at.
  std::filesystem::path run_dir;
  /// Instead of what the run directory's sweep says, or the default.
  std::optional<int64_t> threads;
};

/// Prints, on rank 0, what each rank finds around itself, the libraries and the run directory's
/// file system, and names what would make `run` slow or wrong there. Collective. Returns 1 when
/// there is something of that kind, else 0.
int examine_job(Communicator& communicator, const DoctorOptions& options);

}  // namespace ptqbench
