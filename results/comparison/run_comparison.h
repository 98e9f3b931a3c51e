#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/cells/cell_pairs.h"
#include "results/statistics/interval.h"
#include "results/statistics/rank_tests.h"

namespace ptqbench {

enum class IntervalKind { kStudent, kBootstrap };

struct ComparisonOptions {
  ComparedBy by = ComparedBy::kCommit;
  /// Empty: the one that tables show.
  std::string metric;
  /// By metric, in its units: mean differences up to that are ties and never regressions.
  std::map<std::string, double> tolerances;
  /// Where the metric is not listed.
  double default_tolerance = 0.3;
  /// Of the intervals; a difference is certain with a corrected p of at most one minus that.
  double confidence = 0.95;
  IntervalKind interval = IntervalKind::kStudent;
  /// Ratios of B to A beyond which time or memory is a regression; not judged without.
  std::optional<double> time_tolerance;
  std::optional<double> memory_tolerance;
};

/// Fewer seeds (or, over models and bits, pairs) are not tested.
constexpr int64_t kFewestSeeds = 3;

/// How the second side stands against the first.
enum class Verdict {
  /// Every pair has equal numbers.
  kEqual,
  kWithinTolerance,
  kBetter,
  kWorse,
  /// Beyond the tolerance, but it may be luck.
  kUncertain,
  /// Beyond the tolerance, and too few seeds to test that.
  kTooFewSeeds
};

/// One model at one bit width, or all of them together.
struct ComparisonRow {
  std::string task;
  std::string dataset;
  std::string metric_name;
  bool higher_is_better = true;
  /// Both empty: over all models and bits.
  std::string model;
  std::string bits;
  /// Empty where methods are compared.
  std::string method;
  std::string first;
  std::string second;
  /// Over seeds; else `first_count` and `second_count` are independent values.
  bool paired = true;
  int64_t first_count = 0;
  int64_t second_count = 0;
  /// Pairs with equal numbers.
  int64_t equal_pairs = 0;
  /// See `is_repeatable`: all pairs are.
  bool repeatable = false;
  double first_mean = kNotMeasured;
  double second_mean = kNotMeasured;
  /// Second minus first, the mean over the pairs.
  double difference = kNotMeasured;
  /// NaN with fewer than kFewestSeeds values on a side.
  statistics::Interval interval;
  /// Wilcoxon's for pairs, Mann and Whitney's without.
  statistics::RankTest rank;
  double t_test_p = kNotMeasured;
  /// The rank test's, or where so few values cannot make that one certain, corrected for all rows,
  /// the t-test's; NaN: not tested.
  double p = kNotMeasured;
  bool p_of_t_test = false;
  /// Corrected for all rows of the comparison.
  double corrected_p = kNotMeasured;
  Verdict verdict = Verdict::kEqual;
  /// Over models and bits: where the second is better, level within the tolerance, worse.
  int64_t wins = 0;
  int64_t ties = 0;
  int64_t losses = 0;
};

enum class Resource { kTime, kMemory };

/// What B's cells of one method took relative to A's, where both ran on the same host, device and
/// threads at their first attempt.
struct ResourceRow {
  std::string task;
  std::string dataset;
  std::string method;
  Resource resource = Resource::kTime;
  int64_t pairs = 0;
  /// Geometric mean of B/A.
  double ratio = kNotMeasured;
  /// NaN with fewer than kFewestSeeds pairs.
  statistics::Interval interval;
  /// Of the tolerance; none: not judged.
  std::optional<Verdict> verdict;
};

struct WinTieLoss {
  int64_t wins = 0;
  int64_t ties = 0;
  int64_t losses = 0;
};

/// How often each contender is better than each other by its mean over common seeds, over models
/// and bits.
struct WinMatrix {
  std::string task;
  std::string dataset;
  std::string metric_name;
  /// Of the variants; else empty.
  std::string method;
  std::vector<std::string> names;
  /// [row][column]: of the row against the column.
  std::vector<std::vector<WinTieLoss>> counts;
};

struct RunComparison {
  ComparisonOptions options;
  /// Whether B is held against A, and not what is in one run against each other.
  bool of_two_runs = false;
  /// Over models and bits first, where there is more than one cell.
  std::vector<ComparisonRow> overall;
  std::vector<ComparisonRow> cells;
  std::vector<ResourceRow> resources;
  std::vector<WinMatrix> matrices;
  std::vector<UnpairedCell> unpaired;
  std::vector<UnpairedCell> newly_failed;
  std::vector<std::string> notes;
};

/// Run B against run A; `options.by` is kCommit or kSetting. docs/comparing.md has the statistics.
RunComparison compare_runs(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b,
                           const ComparisonOptions& options);

/// The methods of a run, or the variants of each method, against each other; `options.by` is
/// kMethod or kSetting.
RunComparison compare_within_run(const std::vector<CellRecord>& run,
                                 const ComparisonOptions& options);

/// The metric's tolerance.
double tolerance_of(const ComparisonOptions& options, const std::string& metric_name);

/// Whether no two cells could be held against each other.
bool is_empty(const RunComparison& comparison);

/// Whether B is worse than A: a row, a cell that fails now, or time or memory beyond its tolerance.
/// Never within a run, where no side is the earlier one.
bool has_regression(const RunComparison& comparison);

}  // namespace ptqbench
