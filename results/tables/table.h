#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"
#include "results/published/published.h"

namespace ptqbench {

/// The order of a table's rows and columns. What is not listed follows: models in order of first
/// appearance, bits from easy to hard (`bits_before`), methods in order of first appearance.
struct TableLayout {
  std::vector<std::string> models;
  /// Bits labels ("w4a4").
  std::vector<std::string> bits;
  std::vector<std::string> methods;
  /// Settings in which the cells of one entry may differ.
  std::vector<std::string> averaged_settings = {"seed"};
};

/// A published number beside an entry.
struct ComparedValue {
  double value = 0;
  /// Over the runs of the source; NaN where none is given.
  double standard_deviation = kNotMeasured;
  /// Place in AccuracyTable::sources.
  std::size_t source = 0;
  /// Whether the entry's mean is further away than two standard errors of that mean (standard
  /// deviation over the square root of the seeds); never for fewer than two seeds.
  bool beyond_two_standard_errors = false;
};

/// A published table with a number beside some entry.
struct TableSource {
  std::string id;
  SourceKind kind = SourceKind::kSecondary;
  /// Caption and where it was read.
  std::string description;
};

/// A metric over the seeds of one (model, bits, method, variant), or over the full-precision values
/// of one model.
struct TableEntry {
  double mean = kNotMeasured;
  /// Sample standard deviation (divisor n - 1); NaN for fewer than two seeds.
  double standard_deviation = kNotMeasured;
  /// How many seeds finished, how many only failed, and how many have not run yet.
  int64_t seeds = 0;
  int64_t failed_seeds = 0;
  int64_t missing_seeds = 0;
  /// Of a finished seed, the mean; NaN for none.
  double seconds = kNotMeasured;
  /// What decides the published numbers to stand here; none without a mean.
  std::optional<ComparedCell> compared;
  /// Nearest source first; empty until `add_published_numbers`
  /// (results/tables/published_comparison.h) fills it.
  std::vector<ComparedValue> published;
};

/// One method at one bit width.
struct TableRow {
  CellBits bits;
  std::string method;
  /// Empty, or the settings that tell this row from others of the same method:
  /// "drop_probability=0.25".
  std::string variant;
  /// Fingerprints of its cells, whether they have run or not.
  std::vector<std::string> cells;
  /// One a model.
  std::vector<TableEntry> entries;
};

/// Metrics of one task and data set, laid out like the tables in papers.
struct AccuracyTable {
  std::string task;
  std::string dataset;
  std::string metric_name;
  bool higher_is_better = true;
  std::vector<std::string> models;
  /// One a model; `seeds` counts the distinct values.
  std::vector<TableEntry> full_precision;
  /// Grouped by bits.
  std::vector<TableRow> rows;
  /// Of the published numbers, nearest first; empty until `add_published_numbers` fills it.
  std::vector<TableSource> sources;
  /// What a reader of the numbers has to know, a sentence each.
  std::vector<std::string> notes;
  /// What makes the numbers doubtful (results/tables/warnings.h).
  std::vector<std::string> warnings;
};

/// Mean and sample standard deviation of the values (in this order, so that equal input gives equal
/// bits).
TableEntry summarize(const std::vector<double>& values);

/// One table for each (task, dataset, metric), in order of first appearance; the order of the
/// records changes nothing else but the order of names the layout leaves open.
///
/// Cells of one entry that differ in a setting outside `layout.averaged_settings`, or in their
/// checkpoint, are not averaged: all rows of that method are split into variants named after what
/// differs. Of two finished cells that differ in nothing but their fingerprint (two versions of the
/// program, say) the one started last counts, and a note says so. A failed cell that has no metric
/// name belongs to the first table of its task and data set, and so does a missing one. A missing
/// cell belongs to the variant of its method if there is only one, else to a row of its own.
std::vector<AccuracyTable> build_tables(const std::vector<CellRecord>& records,
                                        const TableLayout& layout = {});

}  // namespace ptqbench
