#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/store.h"
#include "results/table.h"

namespace ptqbench {

struct CollectOptions {
  /// The fingerprints of the current plan; cells of other fingerprints (an older version of the
  /// sweep) stay on disk but are left out. None: all cells.
  std::optional<std::set<std::string>> fingerprints;
  TableLayout layout;
};

struct CollectReport {
  /// The cells that went into results.h5, sorted by `record_before`.
  std::vector<CellRecord> records;
  std::vector<AccuracyTable> tables;
  /// Cells on disk that are not of the current plan, and cells of the plan that are not on disk.
  std::vector<std::string> left_out;
  std::vector<std::string> absent;
  /// Cell files that could not be read.
  std::vector<FileProblem> problems;
};

/// Rebuilds `results.h5` of the run directory from its cell files, atomically: the earlier one
/// stays if anything fails. Equal cell files give equal bytes, whatever order they were written in.
/// Holds all records in memory, twice. Throws ResultsError if the folder cannot be listed or the
/// file not be written.
CollectReport collect(const std::filesystem::path& run_dir, const CollectOptions& options = {});

/// Writes records (in the given order) and tables to a results file (docs/results-format.md).
/// Atomic. Throws ResultsError.
void write_results_file(const std::filesystem::path& path, const std::vector<CellRecord>& records,
                        const std::vector<AccuracyTable>& tables);

}  // namespace ptqbench
