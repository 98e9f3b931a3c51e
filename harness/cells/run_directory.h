#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/cells/run_lock.h"
#include "harness/plan/plan.h"
#include "results/files/store.h"

namespace ptqbench {

/// Throws IoError when the folder, or the nearest one above it that exists, cannot be written to,
/// ConfigError when it is one of other things, such as pictures. Changes nothing, so that it can
/// come before everything that takes time.
void check_run_directory(const std::filesystem::path& run_dir);

/// Throws IoError when there is no folder with the results of a sweep.
void require_run_directory(const std::filesystem::path& run_dir);

/// Makes the folder and keeps it for this job. Throws as RunLock, and IoError when the folder
/// cannot be made.
std::unique_ptr<RunLock> lock_run_directory(const std::filesystem::path& run_dir);

/// Leaves in the locked folder the manifest of the sweep and, for people, the resolved sweep
/// as `sweep.yaml`. Throws IoError or ResultsError saying which file or folder cannot be written
/// and why.
void prepare_run_directory(const std::filesystem::path& run_dir, const SweepConfig& sweep,
                           const std::vector<PlannedCell>& plan);

/// Where the marks of running cells are.
std::filesystem::path mark_folder(const std::filesystem::path& run_dir);

/// Where the finished units of an unfinished cell are kept.
std::filesystem::path unit_folder(const std::filesystem::path& run_dir,
                                  const std::string& fingerprint);

/// Where the quantized model of a cell is, if it was saved.
std::filesystem::path model_file(const std::filesystem::path& run_dir,
                                 const std::string& fingerprint);

/// The cells for which there is such a folder.
std::set<std::string> cells_with_units(const std::filesystem::path& run_dir);

/// Removes them; what cannot be removed stays.
void forget_units(const std::filesystem::path& run_dir, const std::string& fingerprint);

/// Removes what writers that were killed left in the folder and those below. Only when no cell
/// runs.
void remove_stale_files(const std::filesystem::path& run_dir);

/// Removes the folders of units and marks as far as they are empty. Only when no cell runs: another
/// rank may be about to write there.
void remove_empty_folders(const std::filesystem::path& run_dir);

/// Earlier attempts at a cell, from its file; 0 without one.
int64_t previous_attempts(const CellStore& store, const std::string& fingerprint);

}  // namespace ptqbench
