#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/sweep.h"
#include "harness/plan/task_set.h"

namespace ptqbench {

/// A sweep as far as this machine has what it names.
struct AvailableSweep {
  SweepConfig sweep;
  /// Stand-ins (tasks/stand_in_task.h) where data are missing.
  TaskSet tasks;
  /// What is missing, a sentence each, none twice.
  std::vector<std::string> missing;
};

/// Reads a sweep for commands that compute nothing. Throws ConfigError on mistakes in it, IoError
/// when data are there that cannot be used, and when data are missing that only their files can
/// describe.
AvailableSweep load_available_sweep(const std::filesystem::path& config,
                                    const std::vector<std::string>& set);

}  // namespace ptqbench
