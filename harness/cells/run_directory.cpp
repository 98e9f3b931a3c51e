#include "harness/cells/run_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/plan/cell_identity.h"
#include "results/error.h"
#include "results/files/cell_file.h"
#include "results/files/manifest.h"
#include "support/atomic_file.h"
#include "support/error.h"

namespace ptqbench {
namespace {

constexpr const char* kUnitFolder = "partial";
constexpr const char* kMarkFolder = "running";
constexpr const char* kCellFolder = "cells";

/// Logs of the job itself may be there before it.
bool is_log(const std::filesystem::path& file) {
  const auto extension = file.extension();
  return extension == ".log" || extension == ".out" || extension == ".err";
}

/// Something in a folder that no job has worked in; empty if there is nothing, or one has.
std::string foreign_entry(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / kCellFolder, error)) return "";
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (!is_log(entry->path())) return entry->path().filename().string();
  }
  return "";
}

}  // namespace

void check_run_directory(const std::filesystem::path& run_dir) {
  auto existing = run_dir;
  std::error_code ignored;
  while (!std::filesystem::exists(existing, ignored) && existing.has_relative_path())
    existing = existing.parent_path();
  const auto refuse = [&](const char* why) {
    throw IoError(fmt::format("cannot make the run directory {}: {} {}", run_dir.string(),
                              existing.string(), why));
  };
  if (!std::filesystem::is_directory(existing, ignored)) refuse("is not a folder");
  if (access(existing.c_str(), W_OK) != 0) refuse("cannot be written to");
  const auto foreign = foreign_entry(run_dir);
  if (!foreign.empty()) {
    throw ConfigError(fmt::format(
        "{} is no run directory and holds other things ('{}'): give --out a new or an empty folder",
        run_dir.string(), foreign));
  }
}

void require_run_directory(const std::filesystem::path& run_dir) {
  std::error_code ignored;
  if (!std::filesystem::exists(run_dir, ignored)) {
    throw IoError("there is no run directory " + run_dir.string());
  }
  if (!std::filesystem::exists(manifest_path(run_dir), ignored)) {
    throw IoError(fmt::format("{} is not a run directory: it has no {}", run_dir.string(),
                              manifest_path(run_dir).filename().string()));
  }
}

std::unique_ptr<RunLock> lock_run_directory(const std::filesystem::path& run_dir) {
  std::error_code error;
  std::filesystem::create_directories(run_dir / kCellFolder, error);
  if (error)
    throw IoError(
        fmt::format("cannot make the run directory {}: {}", run_dir.string(), error.message()));
  return std::make_unique<RunLock>(run_dir);
}

void prepare_run_directory(const std::filesystem::path& run_dir, const SweepConfig& sweep,
                           const std::vector<PlannedCell>& plan) {
  Manifest manifest;
  manifest.reproduces = sweep.reproduces;
  for (const auto& planned : plan) {
    manifest.cells.push_back(unrun_record(planned.cell, planned.fingerprint));
  }
  write_manifest(run_dir, manifest);
  write_file_atomically(run_dir / "sweep.yaml", resolved_yaml(sweep));
}

std::filesystem::path mark_folder(const std::filesystem::path& run_dir) {
  return run_dir / kMarkFolder;
}

std::filesystem::path unit_folder(const std::filesystem::path& run_dir,
                                  const std::string& fingerprint) {
  return run_dir / kUnitFolder / fingerprint;
}

std::filesystem::path model_file(const std::filesystem::path& run_dir,
                                 const std::string& fingerprint) {
  return run_dir / "models" / (fingerprint + ".safetensors");
}

std::set<std::string> cells_with_units(const std::filesystem::path& run_dir) {
  std::set<std::string> cells;
  std::error_code error;
  std::filesystem::directory_iterator entry(run_dir / kUnitFolder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    cells.insert(entry->path().filename().string());
  return cells;
}

void forget_units(const std::filesystem::path& run_dir, const std::string& fingerprint) {
  std::error_code ignored;
  std::filesystem::remove_all(unit_folder(run_dir, fingerprint), ignored);
}

void remove_stale_files(const std::filesystem::path& run_dir) {
  remove_temporaries(run_dir);
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(run_dir, error);
  for (; !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) remove_temporaries(entry->path());
  }
}

void remove_empty_folders(const std::filesystem::path& run_dir) {
  std::error_code not_empty;
  std::filesystem::remove(run_dir / kUnitFolder, not_empty);
  std::filesystem::remove(run_dir / kMarkFolder, not_empty);
}

int64_t previous_attempts(const CellStore& store, const std::string& fingerprint) {
  const auto path = store.cell_path(fingerprint);
  if (!std::filesystem::exists(path)) return 0;
  try {
    return read_cell_file_head(path).attempt;
  } catch (const ResultsError&) {
    // An unreadable file is about to be replaced; it counts as one attempt.
    return 1;
  }
}

}  // namespace ptqbench
