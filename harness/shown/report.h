#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "results/files/collect.h"

namespace ptqbench {

/// Prints the selected cells with their costs and what is already done, to standard output, and
/// what is missing to know more, a sentence each. `gpu_tflops`: floating-point operations that a
/// GPU sustains, in units of 1e12 a second, for the estimate of GPU hours.
void print_plan(const std::vector<PlannedCell>& plan, const std::filesystem::path& run_dir,
                const std::vector<std::string>& missing, double gpu_tflops);

/// Tells on standard error how far a sweep has come: cell files that cannot be read, cells
/// finished, failed and missing, the reasons of the failed ones, and how many cell files are of
/// earlier settings.
void print_state(const SweepResults& results);

/// What is in a run directory, with the published numbers of the tables that its sweep reproduces
/// beside ours; or in a `results.h5`, which does not say which those are. Throws as
/// read_run_or_file.
SweepResults read_compared_results(const std::filesystem::path& run);
/// The same with summaries of the cells (read_result_summaries()).
SweepResults read_compared_summaries(const std::filesystem::path& run);

/// What is in a run directory, or in a `results.h5`. Throws IoError when there is neither, and
/// ResultsError.
SweepResults read_run_or_file(const std::filesystem::path& path);
SweepResults read_summaries(const std::filesystem::path& path);

/// What to call a run: the name of its directory, for a `results.h5` of the folder it is in.
std::string run_name(const std::filesystem::path& run);

/// Prints the tables of the whole sweep (standard output) and its state, and rebuilds results.h5.
/// `failures`: what this call saw fail, by place in the plan. Returns the exit code: 1 when a
/// selected cell has failed, now or earlier, else 0.
int report_sweep(const std::filesystem::path& run_dir, const std::vector<PlannedCell>& plan,
                 const std::map<size_t, std::string>& failures);

}  // namespace ptqbench
