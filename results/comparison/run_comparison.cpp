#include "results/comparison/run_comparison.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/statistics/bootstrap.h"
#include "results/statistics/holm.h"
#include "results/statistics/moments.h"
#include "results/statistics/student.h"

namespace ptqbench {
namespace {

using statistics::Interval;
using statistics::TTest;

std::vector<double> differences(const PairGroup& group) {
  std::vector<double> values;
  for (const CellPair& pair : group.pairs) values.push_back(pair.second_value - pair.first_value);
  return values;
}

ComparisonRow empty_row(const PairGroup& group) {
  ComparisonRow row;
  row.task = group.task;
  row.dataset = group.dataset;
  row.metric_name = group.metric_name;
  row.higher_is_better = group.higher_is_better;
  row.method = group.method;
  row.first = group.first;
  row.second = group.second;
  return row;
}

/// The spread of two values is as good as unknown: at one degree of freedom Student's factor is
/// 12.7 for 95 %.
bool bears_interval(const ComparisonRow& row) {
  return std::min(row.first_count, row.second_count) >= kFewestSeeds;
}

/// Differences of pairs, with what is known of their spread.
void test_differences(ComparisonRow& row, const std::vector<double>& values,
                      const ComparisonOptions& options) {
  row.first_count = row.second_count = static_cast<int64_t>(values.size());
  row.equal_pairs = std::count(values.begin(), values.end(), 0.0);
  row.difference = statistics::mean(values);
  row.rank = statistics::wilcoxon_signed_rank(values);
  const TTest t_test = statistics::paired_t_test(values, options.confidence);
  row.t_test_p = t_test.p;
  if (!bears_interval(row)) return;
  row.interval = options.interval == IntervalKind::kStudent
                     ? t_test.interval
                     : statistics::bootstrap_interval(values, options.confidence);
}

void test_independent(ComparisonRow& row, const PairGroup& group,
                      const ComparisonOptions& options) {
  row.paired = false;
  row.first_count = static_cast<int64_t>(group.first_values.size());
  row.second_count = static_cast<int64_t>(group.second_values.size());
  row.difference = row.second_mean - row.first_mean;
  row.rank = statistics::mann_whitney(group.first_values, group.second_values);
  const TTest t_test =
      statistics::welch_t_test(group.first_values, group.second_values, options.confidence);
  row.t_test_p = t_test.p;
  if (!bears_interval(row)) return;
  row.interval = options.interval == IntervalKind::kStudent
                     ? t_test.interval
                     : statistics::bootstrap_interval(group.first_values, group.second_values,
                                                      options.confidence);
}

/// The values of one side, paired or not.
std::vector<double> side_values(const PairGroup& group, double CellPair::*value,
                                const std::vector<double>& independent) {
  if (group.pairs.empty()) return independent;
  std::vector<double> values;
  for (const CellPair& pair : group.pairs) values.push_back(pair.*value);
  return values;
}

bool all_repeatable(const PairGroup& group) {
  return !group.pairs.empty() && std::all_of(group.pairs.begin(), group.pairs.end(), is_repeatable);
}

ComparisonRow cell_row(const PairGroup& group, const ComparisonOptions& options) {
  ComparisonRow row = empty_row(group);
  row.model = group.model;
  row.bits = bits_label(group.bits);
  row.repeatable = all_repeatable(group);
  row.first_mean = statistics::mean(side_values(group, &CellPair::first_value, group.first_values));
  row.second_mean =
      statistics::mean(side_values(group, &CellPair::second_value, group.second_values));
  if (group.pairs.empty()) {
    test_independent(row, group, options);
  } else {
    test_differences(row, differences(group), options);
  }
  return row;
}

/// By how much the second side is better; negative where it is worse.
double gain(const ComparisonRow& row) {
  return row.higher_is_better ? row.difference : -row.difference;
}

/// Counts a cell for the second side.
template <class Counts>
void count_outcome(Counts& counts, const ComparisonRow& cell, double tolerance) {
  if (gain(cell) > tolerance) {
    ++counts.wins;
  } else if (gain(cell) < -tolerance) {
    ++counts.losses;
  } else {
    ++counts.ties;
  }
}

/// All models and bits of the groups that differ in nothing else: every pair of seeds, and one
/// difference of means for each group without pairs.
ComparisonRow overall_row(const std::vector<const PairGroup*>& groups,
                          const ComparisonOptions& options) {
  ComparisonRow row = empty_row(*groups.front());
  row.repeatable = std::all_of(groups.begin(), groups.end(),
                               [](const PairGroup* group) { return all_repeatable(*group); });
  std::vector<double> values, first, second;
  for (const PairGroup* group : groups) {
    const ComparisonRow cell = cell_row(*group, options);
    count_outcome(row, cell, tolerance_of(options, row.metric_name));
    if (group->pairs.empty()) {
      values.push_back(cell.difference);
      first.push_back(cell.first_mean);
      second.push_back(cell.second_mean);
      continue;
    }
    for (const CellPair& pair : group->pairs) {
      values.push_back(pair.second_value - pair.first_value);
      first.push_back(pair.first_value);
      second.push_back(pair.second_value);
    }
  }
  row.first_mean = statistics::mean(first);
  row.second_mean = statistics::mean(second);
  test_differences(row, values, options);
  return row;
}

/// Groups that differ in model and bits only, in order of first appearance.
std::vector<std::vector<const PairGroup*>> over_models_and_bits(
    const std::vector<PairGroup>& groups) {
  const auto key = [](const PairGroup& group) {
    return std::tie(group.task, group.dataset, group.metric_name, group.method, group.first,
                    group.second);
  };
  std::vector<std::vector<const PairGroup*>> together;
  for (const PairGroup& group : groups) {
    const auto same = std::find_if(together.begin(), together.end(), [&](const auto& others) {
      return key(*others.front()) == key(group);
    });
    if (same == together.end()) {
      together.push_back({&group});
    } else {
      same->push_back(&group);
    }
  }
  return together;
}

Verdict verdict_of(const ComparisonRow& row, const ComparisonOptions& options) {
  if (row.paired && row.equal_pairs == row.first_count) return Verdict::kEqual;
  if (std::abs(row.difference) <= tolerance_of(options, row.metric_name))
    return Verdict::kWithinTolerance;
  const Verdict direction = gain(row) > 0 ? Verdict::kBetter : Verdict::kWorse;
  if (std::min(row.first_count, row.second_count) < kFewestSeeds)
    return row.repeatable ? direction : Verdict::kTooFewSeeds;
  // Repeatable rows differ only where the code did something, so there are no quiet rows among
  // which one stands out by luck, and nothing to correct for.
  const double p = row.repeatable ? row.p : row.corrected_p;
  return p <= 1 - options.confidence ? direction : Verdict::kUncertain;
}

/// Equal numbers are no test in which something could be found.
bool is_tested(const ComparisonRow& row) {
  const bool all_equal = row.paired && row.equal_pairs == row.first_count;
  return !all_equal && std::min(row.first_count, row.second_count) >= kFewestSeeds;
}

/// A rank test that cannot come out certain, whatever the ranks, leaves the question to the t-test,
/// which knows more by taking differences for normal. `alpha`: what the smallest p of all tests is
/// held against.
void choose_p(ComparisonRow& row, double alpha) {
  row.p_of_t_test = row.rank.least_p > alpha && !std::isnan(row.t_test_p);
  row.p = row.p_of_t_test ? row.t_test_p : row.rank.p;
}

/// Corrects the p-values of all rows as one family and judges.
void judge(RunComparison& comparison) {
  std::vector<ComparisonRow*> rows, tested;
  for (auto* level : {&comparison.overall, &comparison.cells}) {
    for (auto& row : *level) {
      rows.push_back(&row);
      if (is_tested(row)) tested.push_back(&row);
    }
  }
  std::vector<double> p_values;
  for (auto* row : tested) {
    choose_p(*row, (1 - comparison.options.confidence) / static_cast<double>(tested.size()));
    p_values.push_back(row->p);
  }
  const auto corrected = statistics::holm(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->corrected_p = corrected[i];
  for (auto* row : rows) row->verdict = verdict_of(*row, comparison.options);
}

/// Whether the two may be compared in what they took.
bool same_circumstances(const CellPair& pair) {
  const auto where = [](const CellRecord& cell) {
    return std::tie(cell.host, cell.device, cell.threads);
  };
  // A later attempt may have taken over units from an earlier one.
  return where(*pair.first) == where(*pair.second) && pair.first->attempt == 1 &&
         pair.second->attempt == 1;
}

double amount(const CellRecord& cell, Resource resource) {
  return resource == Resource::kTime ? cell.seconds : static_cast<double>(cell.memory_bytes);
}

ResourceRow resource_row(const std::vector<const PairGroup*>& groups, Resource resource,
                         const std::optional<double>& tolerance, double confidence) {
  std::vector<double> logarithms;
  for (const PairGroup* group : groups) {
    for (const CellPair& pair : group->pairs) {
      const double first = amount(*pair.first, resource);
      const double second = amount(*pair.second, resource);
      if (same_circumstances(pair) && first > 0 && second > 0)
        logarithms.push_back(std::log(second / first));
    }
  }
  ResourceRow row;
  row.task = groups.front()->task;
  row.dataset = groups.front()->dataset;
  row.method = groups.front()->method;
  row.resource = resource;
  row.pairs = static_cast<int64_t>(logarithms.size());
  if (logarithms.empty()) return row;
  row.ratio = std::exp(statistics::mean(logarithms));
  const bool too_few = row.pairs < kFewestSeeds;
  if (!too_few) {
    const Interval interval = statistics::paired_t_test(logarithms, confidence).interval;
    row.interval = {std::exp(interval.low), std::exp(interval.high)};
  }
  if (!tolerance) return row;
  if (too_few) {
    row.verdict = Verdict::kTooFewSeeds;
  } else if (row.ratio <= *tolerance) {
    row.verdict = Verdict::kWithinTolerance;
  } else {
    // A machine that was busy for some of the cells makes the interval wide.
    row.verdict = row.interval.low > 1 ? Verdict::kWorse : Verdict::kUncertain;
  }
  return row;
}

std::size_t place_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) names.push_back(name);
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// The matrix that the row belongs into, with room for its names.
WinMatrix& matrix_of(std::vector<WinMatrix>& matrices, const ComparisonRow& row) {
  const auto same = std::find_if(matrices.begin(), matrices.end(), [&](const WinMatrix& matrix) {
    return std::tie(matrix.task, matrix.dataset, matrix.metric_name, matrix.method) ==
           std::tie(row.task, row.dataset, row.metric_name, row.method);
  });
  if (same != matrices.end()) return *same;
  matrices.push_back({row.task, row.dataset, row.metric_name, row.method, {}, {}});
  return matrices.back();
}

std::vector<WinMatrix> win_matrices(const std::vector<ComparisonRow>& cells,
                                    const ComparisonOptions& options) {
  std::vector<WinMatrix> matrices;
  for (const ComparisonRow& cell : cells) {
    WinMatrix& matrix = matrix_of(matrices, cell);
    const std::size_t first = place_in(matrix.names, cell.first);
    const std::size_t second = place_in(matrix.names, cell.second);
    matrix.counts.resize(matrix.names.size());
    for (auto& row : matrix.counts) row.resize(matrix.names.size());
    WinTieLoss outcome;
    count_outcome(outcome, cell, tolerance_of(options, cell.metric_name));
    WinTieLoss& ours = matrix.counts[second][first];
    WinTieLoss& theirs = matrix.counts[first][second];
    ours = {ours.wins + outcome.wins, ours.ties + outcome.ties, ours.losses + outcome.losses};
    theirs = {theirs.wins + outcome.losses, theirs.ties + outcome.ties,
              theirs.losses + outcome.wins};
  }
  return matrices;
}

RunComparison compare(const Pairing& pairing, const ComparisonOptions& options) {
  RunComparison comparison;
  comparison.options = options;
  for (const PairGroup& group : pairing.groups)
    comparison.cells.push_back(cell_row(group, options));
  for (const auto& groups : over_models_and_bits(pairing.groups)) {
    if (groups.size() > 1) comparison.overall.push_back(overall_row(groups, options));
  }
  judge(comparison);
  comparison.unpaired = pairing.unpaired;
  comparison.newly_failed = pairing.newly_failed;
  comparison.notes = pairing.notes;
  return comparison;
}

}  // namespace

RunComparison compare_runs(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b,
                           const ComparisonOptions& options) {
  const Pairing pairing = pair_runs(a, b, options.by, options.metric);
  RunComparison comparison = compare(pairing, options);
  comparison.of_two_runs = true;
  for (const auto& groups : over_models_and_bits(pairing.groups)) {
    for (const auto& [resource, tolerance] :
         {std::pair(Resource::kTime, options.time_tolerance),
          std::pair(Resource::kMemory, options.memory_tolerance)}) {
      const auto row = resource_row(groups, resource, tolerance, options.confidence);
      if (row.pairs > 0) comparison.resources.push_back(row);
    }
  }
  return comparison;
}

RunComparison compare_within_run(const std::vector<CellRecord>& run,
                                 const ComparisonOptions& options) {
  Pairing pairing;
  pairing.groups = pair_within_run(pointers_to(run), options.by, options.metric);
  RunComparison comparison = compare(pairing, options);
  comparison.matrices = win_matrices(comparison.cells, options);
  return comparison;
}

double tolerance_of(const ComparisonOptions& options, const std::string& metric_name) {
  const auto found = options.tolerances.find(metric_name);
  return found == options.tolerances.end() ? options.default_tolerance : found->second;
}

bool is_empty(const RunComparison& comparison) { return comparison.cells.empty(); }

bool has_regression(const RunComparison& comparison) {
  if (!comparison.of_two_runs) return false;
  const auto is_worse = [](const auto& row) { return row.verdict == Verdict::kWorse; };
  const auto any = [&](const auto& rows) {
    return std::any_of(rows.begin(), rows.end(), is_worse);
  };
  return !comparison.newly_failed.empty() || any(comparison.overall) || any(comparison.cells) ||
         any(comparison.resources);
}

}  // namespace ptqbench
