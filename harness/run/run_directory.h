#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/run/plan.h"
#include "results/store.h"

namespace ptqbench {

/// Throws IoError when the folder, or the nearest one above it that exists, cannot be written to.
/// Changes nothing, so that it can come before everything that takes time.
void check_run_directory(const std::filesystem::path& run_dir);

/// Throws IoError when there is no folder with the results of a sweep.
void require_run_directory(const std::filesystem::path& run_dir);

/// Makes the folder and leaves in it the manifest of the sweep and, for people, the resolved sweep
/// as `sweep.yaml`. Throws IoError or ResultsError saying which file or folder cannot be written
/// and why.
void prepare_run_directory(const std::filesystem::path& run_dir, const SweepConfig& sweep,
                           const std::vector<PlannedCell>& plan);

/// Earlier attempts at a cell, from its file; 0 without one.
int64_t previous_attempts(const CellStore& store, const std::string& fingerprint);

}  // namespace ptqbench
