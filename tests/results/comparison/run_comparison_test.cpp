#include "results/comparison/run_comparison.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "tests/results/sample_cells.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Change = std::function<double(const CellRecord&)>;

double unchanged(const CellRecord& /*cell*/) { return 0; }

/// Normal numbers that are the same with every library (Box and Muller).
class Noise {
 public:
  explicit Noise(uint64_t seed) : random_(seed) {}

  double operator()(double deviation) {
    constexpr double kPi = 3.14159265358979323846;
    return deviation * std::sqrt(-2 * std::log(uniform())) * std::cos(2 * kPi * uniform());
  }

 private:
  /// In (0, 1].
  double uniform() { return (static_cast<double>(random_() >> 11) + 1) * 0x1.0p-53; }

  std::mt19937_64 random_;
};

/// A night's sweep on a machine of its own: two models, three bit widths, three methods.
std::vector<CellRecord> night(int64_t seeds, double deviation, uint64_t night_number,
                              const Change& change = unchanged) {
  Noise noise(night_number);
  std::vector<CellRecord> cells;
  for (const char* model : {"resnet20", "mobilenet"}) {
    for (const int64_t bits : {4, 3, 2}) {
      for (const char* method : {"nearest", "brecq", "qdrop"}) {
        for (int64_t seed = 1; seed <= seeds; ++seed) {
          CellRecord cell = simple_cell('a', model, bits, 4, method, seed, 0);
          cell.metric = 90 + noise(deviation) + change(cell);
          cell.host = fmt::format("host of night {}", night_number);
          cells.push_back(cell);
        }
      }
    }
  }
  return cells;
}

ComparisonOptions without_tolerance() {
  ComparisonOptions options;
  options.default_tolerance = 0;
  return options;
}

std::vector<std::string> worse_rows(const RunComparison& comparison) {
  std::vector<std::string> names;
  for (const auto* rows : {&comparison.overall, &comparison.cells}) {
    for (const auto& row : *rows) {
      if (row.verdict == Verdict::kWorse)
        names.push_back(row.model.empty() ? row.method
                                          : row.model + " " + row.bits + " " + row.method);
    }
  }
  return names;
}

/// How many of 200 nights give a regression against the night before.
int alarms(int64_t seeds, double deviation, const ComparisonOptions& options,
           const Change& change = unchanged) {
  int count = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const auto before = night(seeds, deviation, 2 * i + 1);
    const auto after = night(seeds, deviation, 2 * i + 2, change);
    count += has_regression(compare_runs(before, after, options)) ? 1 : 0;
  }
  return count;
}

TEST(CompareRuns, StaysQuietOnNightsOfNoise) {
  // Below 5 %, the most that Holm's correction allows on both sides together, without any
  // tolerance.
  for (const int64_t seeds : {3, 5, 8}) EXPECT_LT(alarms(seeds, 0.2, without_tolerance()), 10);
  EXPECT_EQ(alarms(5, 0.2, {}), 0);
}

double half_a_point_of_qdrop(const CellRecord& cell) { return cell.method == "qdrop" ? -0.5 : 0; }

TEST(CompareRuns, FindsHalfAPointThatOneMethodLosesWithFiveSeeds) {
  EXPECT_EQ(alarms(5, 0.2, {}, half_a_point_of_qdrop), 200);
  const auto comparison =
      compare_runs(night(5, 0.2, 1), night(5, 0.2, 2, half_a_point_of_qdrop), {});
  ASSERT_THAT(comparison.overall, SizeIs(3));
  EXPECT_EQ(worse_rows(comparison).at(0), "qdrop");
  const ComparisonRow& row = comparison.overall[2];
  EXPECT_EQ(row.method, "qdrop");
  EXPECT_EQ(row.first_count, 30);
  // The standard error of 30 differences, each of two noises of 0.2: 0.052.
  EXPECT_NEAR(row.difference, -0.5, 3 * 0.052);
  EXPECT_LT(row.interval.low, -0.5 + 3 * 0.052);
  EXPECT_LT(row.corrected_p, 0.001);
  EXPECT_EQ(row.wins, 0);
}

TEST(CompareRuns, FindsHalfAPointInASingleCellOnlyWhereSeedsAgree) {
  const auto one_cell = [](const CellRecord& cell) {
    return cell.method == "qdrop" && cell.model == "resnet20" && cell.bits.weights == 2 ? -0.5 : 0;
  };
  // One of 21 tests: docs/comparing.md tells these two rates.
  EXPECT_GT(alarms(5, 0.05, {}, one_cell), 180);
  EXPECT_LT(alarms(5, 0.2, {}, one_cell), 40);
  // Eight ranks cannot be certain among 21 tests, so the t-test has to be.
  EXPECT_EQ(alarms(8, 0.1, {}, one_cell), 200);
}

/// One cell of a run, on a machine that is the same for all.
CellRecord cell_of(char digit, int64_t seed, double metric, const std::string& method = "qdrop") {
  CellRecord cell = simple_cell(digit, "resnet20", 4, 4, method, seed, metric);
  cell.host = "here";
  cell.started_at = "2024-05-01T12:00:00Z";
  return cell;
}

Verdict only_verdict(const std::vector<CellRecord>& a, const std::vector<CellRecord>& b,
                     const ComparisonOptions& options = {}) {
  const auto comparison = compare_runs(a, b, options);
  EXPECT_THAT(comparison.cells, SizeIs(1));
  return comparison.cells.at(0).verdict;
}

TEST(CompareRuns, EqualNumbersAreNoTest) {
  const std::vector<CellRecord> run = {cell_of('1', 1, 90), cell_of('2', 2, 91),
                                       cell_of('3', 3, 92)};
  const auto comparison = compare_runs(run, run, {});
  EXPECT_EQ(comparison.cells.at(0).verdict, Verdict::kEqual);
  EXPECT_TRUE(std::isnan(comparison.cells.at(0).corrected_p));
  EXPECT_FALSE(has_regression(comparison));
  EXPECT_FALSE(is_empty(comparison));
}

TEST(CompareRuns, WhatRepeatsBitForBitNeedsNoSeedsToBeARegression) {
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('1', 1, 89)}), Verdict::kWorse);
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('1', 1, 91)}), Verdict::kBetter);
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('1', 1, 89.8)}),
            Verdict::kWithinTolerance);
  auto elsewhere = cell_of('1', 1, 89);
  elsewhere.host = "elsewhere";
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {elsewhere}), Verdict::kTooFewSeeds);
  // Other calibration samples, say.
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('2', 1, 89)}), Verdict::kTooFewSeeds);
}

TEST(CompareRuns, WhatRepeatsBitForBitIsNotCorrectedForManyTests) {
  // Losses of 1.0, 1.2 and 0.8: t = 8.66 with two degrees of freedom, p = 0.013.
  std::vector<CellRecord> a = {cell_of('1', 1, 90), cell_of('2', 2, 90), cell_of('3', 3, 90)};
  std::vector<CellRecord> b = {cell_of('1', 1, 89), cell_of('2', 2, 88.8), cell_of('3', 3, 89.2)};
  // Four more that move up and down.
  for (const char* method : {"a", "b", "c", "d"}) {
    for (int64_t seed = 1; seed <= 3; ++seed) {
      a.push_back(cell_of(static_cast<char>('3' + seed), seed, 90, method));
      b.push_back(cell_of(static_cast<char>('3' + seed), seed, 89.0 + static_cast<double>(seed) / 2,
                          method));
    }
  }
  auto comparison = compare_runs(a, b, {});
  EXPECT_NEAR(comparison.cells.at(0).p, 0.013, 5e-4);
  EXPECT_GT(comparison.cells.at(0).corrected_p, 0.05);
  EXPECT_EQ(comparison.cells.at(0).verdict, Verdict::kWorse);
  for (auto& cell : b) cell.host = "elsewhere";
  comparison = compare_runs(a, b, {});
  EXPECT_EQ(comparison.cells.at(0).verdict, Verdict::kUncertain);
}

TEST(CompareRuns, RespectsTheDirectionOfTheMetric) {
  const auto error = [](char digit, double metric) {
    auto cell = cell_of(digit, 1, metric);
    cell.metric_name = "error";
    cell.higher_is_better = false;
    return cell;
  };
  EXPECT_EQ(only_verdict({error('1', 10)}, {error('1', 11)}), Verdict::kWorse);
  EXPECT_EQ(only_verdict({error('1', 10)}, {error('1', 9)}), Verdict::kBetter);
}

TEST(CompareRuns, TolerancesAreOfTheirMetric) {
  ComparisonOptions options;
  options.tolerances["top1_accuracy"] = 2;
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('1', 1, 88.5)}, options),
            Verdict::kWithinTolerance);
  options.tolerances = {{"error", 2}};
  EXPECT_EQ(only_verdict({cell_of('1', 1, 90)}, {cell_of('1', 1, 88.5)}, options), Verdict::kWorse);
}

TEST(CompareRuns, ACellThatFailsNowIsARegression) {
  const auto failed = failed_cell('1', "resnet20", 4, 4, "qdrop", 1);
  const auto comparison = compare_runs({cell_of('1', 1, 90)}, {failed}, {});
  EXPECT_TRUE(has_regression(comparison));
  EXPECT_TRUE(is_empty(comparison));
  EXPECT_FALSE(has_regression(compare_runs({failed}, {failed}, {})));
}

TEST(CompareRuns, RanksIndependentValues) {
  std::vector<CellRecord> a, b;
  for (int64_t i = 0; i < 5; ++i) {
    a.push_back(cell_of('1', i, 90 + 0.1 * static_cast<double>(i)));
    b.push_back(cell_of('1', i + 10, 89 + 0.1 * static_cast<double>(i)));
  }
  const auto comparison = compare_runs(a, b, {});
  ASSERT_THAT(comparison.cells, SizeIs(1));
  const ComparisonRow& row = comparison.cells[0];
  EXPECT_FALSE(row.paired);
  // Two of the 252 orders.
  EXPECT_NEAR(row.p, 2.0 / 252, 1e-12);
  EXPECT_FALSE(row.p_of_t_test);
  EXPECT_NEAR(row.difference, -1, 1e-12);
  EXPECT_EQ(row.verdict, Verdict::kWorse);
}

/// A cell of seed `seed` that took so long.
CellRecord timed(int64_t seed, double seconds) {
  auto cell = cell_of('1', seed, 90);
  cell.seconds = seconds;
  return cell;
}

TEST(CompareRuns, JudgesTimesOnlyWhenAskedAndOnlyWhereTheyAgree) {
  const std::vector<CellRecord> a = {timed(1, 10), timed(2, 10), timed(3, 10)};
  const std::vector<CellRecord> slower = {timed(1, 19), timed(2, 20), timed(3, 21)};
  const std::vector<CellRecord> once_slower = {timed(1, 10), timed(2, 10), timed(3, 80)};
  ComparisonOptions options;
  const auto shown = compare_runs(a, slower, options);
  ASSERT_THAT(shown.resources, SizeIs(1));
  // The cube root of 1.9 * 2 * 2.1.
  EXPECT_NEAR(shown.resources[0].ratio, std::cbrt(7.98), 1e-12);
  EXPECT_FALSE(shown.resources[0].verdict);
  EXPECT_FALSE(has_regression(shown));

  options.time_tolerance = 1.5;
  EXPECT_TRUE(has_regression(compare_runs(a, slower, options)));
  const auto noisy = compare_runs(a, once_slower, options);
  EXPECT_EQ(noisy.resources.at(0).verdict, Verdict::kUncertain);
  EXPECT_FALSE(has_regression(noisy));
  options.time_tolerance = 2.5;
  EXPECT_FALSE(has_regression(compare_runs(a, slower, options)));
}

TEST(CompareRuns, DoesNotCompareTimesOfOtherMachinesOrLaterAttempts) {
  auto elsewhere = timed(1, 20);
  elsewhere.host = "elsewhere";
  auto resumed = timed(2, 5);
  resumed.attempt = 2;
  EXPECT_THAT(compare_runs({timed(1, 10), timed(2, 10)}, {elsewhere, resumed}, {}).resources,
              IsEmpty());
}

TEST(CompareWithinRun, CountsWinsTiesAndLosses) {
  std::vector<CellRecord> run;
  const auto add = [&](int64_t bits, double nearest, double brecq, double qdrop) {
    run.push_back(simple_cell('1', "resnet20", bits, 4, "nearest", 1, nearest));
    run.push_back(simple_cell('2', "resnet20", bits, 4, "brecq", 1, brecq));
    run.push_back(simple_cell('3', "resnet20", bits, 4, "qdrop", 1, qdrop));
  };
  add(4, 90, 90.1, 91);
  add(3, 80, 85, 84);
  add(2, 20, 60, 85);
  ComparisonOptions options;
  options.by = ComparedBy::kMethod;
  const auto comparison = compare_within_run(run, options);
  ASSERT_THAT(comparison.matrices, SizeIs(1));
  const WinMatrix& matrix = comparison.matrices[0];
  EXPECT_THAT(matrix.names, ElementsAre("nearest", "brecq", "qdrop"));
  const auto text = [&](std::size_t row, std::size_t column) {
    const auto& counts = matrix.counts[row][column];
    return fmt::format("{}/{}/{}", counts.wins, counts.ties, counts.losses);
  };
  EXPECT_EQ(text(1, 0), "2/1/0");
  EXPECT_EQ(text(0, 1), "0/1/2");
  EXPECT_EQ(text(2, 1), "2/0/1");
  EXPECT_EQ(text(1, 2), "1/0/2");
  EXPECT_EQ(text(2, 0), "3/0/0");
  // No method is the earlier one, whatever it loses.
  EXPECT_FALSE(has_regression(comparison));
}

TEST(CompareWithinRun, TellsMethodsApartOverModelsAndBits) {
  ComparisonOptions options;
  options.by = ComparedBy::kMethod;
  const auto comparison = compare_within_run(
      night(5, 0.2, 7, [](const CellRecord& cell) { return cell.method == "qdrop" ? 0.5 : 0; }),
      options);
  std::vector<std::string> verdicts;
  for (const auto& row : comparison.overall)
    verdicts.push_back(row.second + " - " + row.first +
                       (row.verdict == Verdict::kBetter ? " better" : ""));
  EXPECT_THAT(verdicts,
              ElementsAre("brecq - nearest", "qdrop - nearest better", "qdrop - brecq better"));
}

TEST(CompareRuns, IntervalsMayBeBootstrapped) {
  ComparisonOptions options;
  options.interval = IntervalKind::kBootstrap;
  const auto comparison = compare_runs(night(5, 0.2, 1), night(5, 0.2, 2), options);
  const auto by_t_test = compare_runs(night(5, 0.2, 1), night(5, 0.2, 2), {});
  const auto& interval = comparison.overall.at(0).interval;
  const auto& expected = by_t_test.overall.at(0).interval;
  EXPECT_NE(interval.low, expected.low);
  // A tenth of their width apart.
  EXPECT_NEAR(interval.low, expected.low, 0.02);
  EXPECT_NEAR(interval.high, expected.high, 0.02);
}

}  // namespace
}  // namespace ptqbench
