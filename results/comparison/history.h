#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"
#include "results/statistics/step_changes.h"

namespace ptqbench {

/// The finished seeds of one (task, data set, model, bits, method, variant) of a nightly run.
struct HistoryCell {
  std::string task;
  std::string dataset;
  std::string model;
  std::string bits;
  /// "qdrop", or "qdrop (drop_probability=0.5)".
  std::string method;
  std::string metric_name;
  bool higher_is_better = true;
  int64_t seeds = 0;
  /// Of the metric over the seeds.
  double mean = kNotMeasured;
  /// Of one seed, the mean.
  double seconds = 0;
};

/// One nightly run.
struct HistoryEntry {
  /// When its last cell started: ISO 8601, UTC.
  std::string date;
  /// The name of the run directory.
  std::string run;
  /// Versions of the program and hosts that ran cells, separated by commas.
  std::string commit;
  std::string host;
  /// Of all cells together.
  double seconds = 0;
  /// What `ptqbench compare` said of it; negative: nothing.
  int64_t compare_exit = -1;
  std::vector<HistoryCell> cells;
};

/// What a history keeps of a run. Throws ResultsError if no cell has finished.
HistoryEntry history_entry(const std::vector<CellRecord>& records, const std::string& run,
                           int64_t compare_exit);

/// Reads a history: JSON, an entry a line, the oldest first. Throws ResultsError naming file and
/// line; a file that is not there is one, too.
std::vector<HistoryEntry> read_history(const std::filesystem::path& path);

/// Puts the entry into the history at its date, in place of an earlier one of the same run, and
/// makes the file if need be. Atomic. Throws ResultsError.
void add_to_history(const std::filesystem::path& path, const HistoryEntry& entry);

/// One number of a cell over the nights that have it.
struct HistorySeries {
  /// With the labels of all nights; its numbers mean nothing.
  HistoryCell cell;
  /// Of equal length, the oldest first.
  std::vector<std::string> dates;
  std::vector<std::string> commits;
  std::vector<double> values;
  std::vector<statistics::StepChange> steps;
};

/// What `history_series` takes for a metric that is not one of the tables: the seconds a seed.
constexpr const char* kSecondsMetric = "seconds";

/// The series of one metric, or with an empty name of all that tables show, in order of first
/// appearance, without their steps.
std::vector<HistorySeries> history_series(const std::vector<HistoryEntry>& history,
                                          const std::string& metric);

/// Finds the steps of all series; `alpha` is the chance that any of them gives one where none has
/// (each is tested at `alpha` over their number, Bonferroni).
void find_steps(std::vector<HistorySeries>& series, double alpha);

/// A line a series with its steps below it, for a terminal.
std::string render_history_console(const std::vector<HistorySeries>& series);

/// A line a value (RFC 4180); `step` is true at the first one of a new level.
std::string render_history_csv(const std::vector<HistorySeries>& series);

}  // namespace ptqbench
