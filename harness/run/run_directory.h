#pragma once

#include <filesystem>
#include <string>

#include "results/store.h"

namespace ptqbench {

/// The resolved sweep inside a run directory: what `ptqbench table` takes names and order from.
std::filesystem::path sweep_file(const std::filesystem::path& run_dir);

/// Throws IoError when the folder, or the nearest one above it that exists, cannot be written to.
/// Changes nothing, so that it can come before everything that takes time.
void check_run_directory(const std::filesystem::path& run_dir);

/// Makes the folder, checks that it can be written to, and leaves the resolved sweep in it.
/// Throws IoError saying which folder cannot be used and why.
void prepare_run_directory(const std::filesystem::path& run_dir, const std::string& sweep_yaml);

/// Earlier attempts at a cell, from its file; 0 without one.
int64_t previous_attempts(const CellStore& store, const std::string& fingerprint);

}  // namespace ptqbench
