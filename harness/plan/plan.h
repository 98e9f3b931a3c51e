#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/cell.h"
#include "harness/config/sweep.h"
#include "harness/plan/task_set.h"

namespace ptqbench {

/// A cell and what is known of it before it runs.
struct PlannedCell {
  Cell cell;
  /// Empty where it cannot be known.
  std::string fingerprint;
  /// Multiply-accumulates of everything the cell will run, backward passes included, in units of
  /// 1e12.
  double tera_macs = 0;
  /// Memory of the rank that runs it, in bytes, and whether its calibration streams go to mapped
  /// files to keep that within the sweep's budget.
  double memory_bytes = 0;
  bool mapped_streams = false;
  /// A finished result with this fingerprint is in the run directory.
  bool done = false;
  /// It crashed too often to be run again unasked.
  bool set_aside = false;
  /// The filter of this call lets it through.
  bool selected = true;
};

/// All cells of a sweep, in its order, with fingerprints and costs. Reads each checkpoint once.
/// `filter` as in `--filter` ("" for all). Throws ConfigError and IoError.
std::vector<PlannedCell> make_plan(const SweepConfig& sweep, const std::string& filter,
                                   TaskSet& tasks, const std::filesystem::path& run_dir);

/// The same where files are missing, checkpoints or data: without fingerprints, and so without
/// anything done. `tasks` may hold stand-ins.
std::vector<PlannedCell> make_plan_without_files(const SweepConfig& sweep,
                                                 const std::string& filter, TaskSet& tasks);

/// Throws ConfigError when a model has no checkpoint.
void require_checkpoints(const SweepConfig& sweep);

/// The cells that `filter` lets through, in their order.
std::vector<Cell> select_cells(const std::vector<Cell>& cells, const std::string& filter);

/// Indices into `plan` of the selected cells still to do and not set aside, the most expensive
/// first (ties in the sweep's order).
std::vector<size_t> pending_cells(const std::vector<PlannedCell>& plan);

}  // namespace ptqbench
