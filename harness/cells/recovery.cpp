#include "harness/cells/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/cells/cell_attempt.h"
#include "harness/cells/run_directory.h"
#include "results/error.h"
#include "results/files/store.h"

namespace ptqbench {
namespace {

/// Reads each cell file of the plan whole, as its results will be.
void check_cell_files(const CellStore& store, std::vector<PlannedCell>& plan,
                      std::vector<std::string>& notes) {
  const auto stored = store.fingerprints();
  for (PlannedCell& planned : plan) {
    planned.done = false;
    if (!std::binary_search(stored.begin(), stored.end(), planned.fingerprint)) continue;
    try {
      planned.done = store.read(planned.fingerprint).status == CellStatus::kFinished;
    } catch (const ResultsError& error) {
      const auto kept = store.set_aside(planned.fingerprint);
      notes.push_back(
          fmt::format("{}: a damaged result was set aside as {}, the cell runs again: {}",
                      cell_label(planned.cell), kept.filename().string(), error.what()));
    }
  }
}

/// The process that finished them may have died before it could remove these.
void tidy_finished_cells(const std::filesystem::path& run_dir, const std::vector<PlannedCell>& plan,
                         const std::map<std::string, CrashHistory>& crashed) {
  const auto with_units = cells_with_units(run_dir);
  for (const PlannedCell& planned : plan) {
    if (!planned.done) continue;
    if (with_units.count(planned.fingerprint) != 0) forget_units(run_dir, planned.fingerprint);
    if (crashed.count(planned.fingerprint) != 0) RunningMarks(run_dir).end(planned.fingerprint);
  }
}

/// Whether a cell with these crashes is not to be run.
bool crashed_too_often(const PlannedCell& planned, const CrashHistory& history,
                       int64_t crash_limit) {
  return planned.selected && !planned.done && history.crashes >= crash_limit;
}

}  // namespace

void find_crashed_cells(const std::filesystem::path& run_dir, std::vector<PlannedCell>& plan,
                        int64_t crash_limit) {
  const auto crashed = RunningMarks(run_dir).crashed();
  for (PlannedCell& planned : plan) {
    const auto found = crashed.find(planned.fingerprint);
    planned.set_aside =
        found != crashed.end() && crashed_too_often(planned, found->second, crash_limit);
  }
}

std::vector<std::string> recover(const std::filesystem::path& run_dir,
                                 std::vector<PlannedCell>& plan, const RecoveryRules& rules) {
  remove_stale_files(run_dir);
  std::vector<std::string> notes;
  check_cell_files(CellStore(run_dir), plan, notes);
  const RunningMarks marks(run_dir);
  const auto crashed = marks.crashed();
  tidy_finished_cells(run_dir, plan, crashed);
  for (PlannedCell& planned : plan) {
    const auto found = crashed.find(planned.fingerprint);
    if (found == crashed.end()) continue;
    const CrashHistory& history = found->second;
    if (!crashed_too_often(planned, history, rules.crash_limit)) continue;
    if (rules.retry_crashed) {
      marks.end(planned.fingerprint);
      continue;
    }
    planned.set_aside = true;
    record_crashes(run_dir, planned.cell, planned.fingerprint, history);
    notes.push_back(fmt::format("{}: set aside, it was running in {} crashed attempts",
                                cell_label(planned.cell), history.crashes));
  }
  return notes;
}

}  // namespace ptqbench
