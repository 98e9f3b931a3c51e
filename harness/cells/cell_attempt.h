#pragma once

#include <filesystem>
#include <string>

#include "harness/cells/cell_runner.h"
#include "harness/cells/running_marks.h"
#include "harness/parallel/scheduler.h"

namespace ptqbench {

/// Runs a cell and leaves its result in the run directory, finished or failed. While it runs the
/// cell is marked; its finished units are kept until the cell itself is. Never throws: what goes
/// wrong is in the outcome.
WorkOutcome attempt_cell(CellRunner& runner, const std::filesystem::path& run_dir, const Cell& cell,
                         const std::string& fingerprint, StreamPlace streams);

/// The part of the leader's group members in an attempt, of which they write nothing.
void assist_cell(CellRunner& runner, const Cell& cell, const std::string& fingerprint,
                 StreamPlace streams);

/// Leaves a failed result, saying so, for a cell that crashed too often.
void record_crashes(const std::filesystem::path& run_dir, const Cell& cell,
                    const std::string& fingerprint, const CrashHistory& history);

}  // namespace ptqbench
