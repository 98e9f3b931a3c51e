#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/sweep.h"
#include "harness/run/plan.h"
#include "results/table.h"

namespace ptqbench {

/// Rows and columns in the order of the sweep.
TableLayout layout_of(const SweepConfig& sweep);

/// Prints the cells with their costs and what is already done, to standard output.
void print_plan(const std::vector<PlannedCell>& plan, const std::filesystem::path& run_dir);

/// Rebuilds results.h5 from the cells of these fingerprints and prints the tables (standard output)
/// and the failures (standard error). Returns the exit code: 1 when a cell failed, else 0.
int collect_and_report(const std::filesystem::path& run_dir, const SweepConfig& sweep,
                       const std::vector<std::string>& fingerprints,
                       const std::vector<std::string>& failures);

}  // namespace ptqbench
