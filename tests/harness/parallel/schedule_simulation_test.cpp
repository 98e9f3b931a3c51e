#include "harness/parallel/schedule_simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <stdexcept>

namespace ptqbench {
namespace {

/// Costs spread evenly over the logarithm, the greatest `spread` times the least.
std::vector<double> costs(size_t count, double spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> exponent(0, 1);
  std::vector<double> all(count);
  for (double& cost : all) cost = 60 * std::pow(spread, exponent(random));
  return all;
}

std::vector<double> dearest_first(std::vector<double> all) {
  std::sort(all.begin(), all.end(), std::greater<>());
  return all;
}

TEST(ScheduleSimulation, EachItemGoesToTheRankThatIsFreeFirst) {
  // Rank 0: 5, then 1 (from 5); rank 1: 4, then 3 (from 4).
  const auto schedule = simulate_schedule({5, 4, 3, 1}, 2);
  std::vector<int> ranks;
  std::vector<double> starts;
  for (const auto& item : schedule.items) {
    ranks.push_back(item.rank);
    starts.push_back(item.start);
  }
  EXPECT_EQ(ranks, (std::vector<int>{0, 1, 1, 0}));
  EXPECT_EQ(starts, (std::vector<double>{0, 0, 4, 5}));
  EXPECT_DOUBLE_EQ(schedule.makespan, 7);
  EXPECT_DOUBLE_EQ(schedule.lower_bound(), 6.5);
  EXPECT_DOUBLE_EQ(schedule.utilisation(), 13.0 / 14);
  EXPECT_DOUBLE_EQ(schedule.efficiency(), 6.5 / 7);
}

TEST(ScheduleSimulation, OneLongItemIsTheLowerBound) {
  const auto schedule = simulate_schedule({100, 1, 1}, 64);
  EXPECT_DOUBLE_EQ(schedule.lower_bound(), 100);
  EXPECT_DOUBLE_EQ(schedule.makespan, 100);
  EXPECT_DOUBLE_EQ(schedule.efficiency(), 1);
  EXPECT_DOUBLE_EQ(schedule.utilisation(), 102.0 / 6400);
}

TEST(ScheduleSimulation, NothingToDoTakesNoTime) {
  const auto schedule = simulate_schedule({}, 8);
  EXPECT_DOUBLE_EQ(schedule.makespan, 0);
  EXPECT_DOUBLE_EQ(schedule.utilisation(), 1);
  EXPECT_DOUBLE_EQ(schedule.efficiency(), 1);
}

TEST(ScheduleSimulation, NoRankIsAnError) {
  EXPECT_THROW(simulate_schedule({1}, 0), std::logic_error);
}

TEST(ScheduleSimulation, NoRankDoesTwoItemsAtOnceAndNoneIsIdleWhileThereIsWork) {
  const auto seconds = costs(2000, 50, 7);
  const auto schedule = simulate_schedule(seconds, 37);
  std::map<int, double> end;
  double last_start = 0;
  for (size_t i = 0; i < seconds.size(); ++i) {
    const auto& item = schedule.items[i];
    EXPECT_GE(item.start, last_start);
    last_start = item.start;
    EXPECT_DOUBLE_EQ(item.start, end[item.rank]);
    end[item.rank] = item.start + seconds[i];
  }
  EXPECT_EQ(end.size(), 37U);
  for (const auto& [rank, time] : end) EXPECT_GE(time, last_start) << rank;
}

TEST(ScheduleSimulation, TenThousandCellsOn512RanksReachTheLowerBoundNearly) {
  const auto schedule = simulate_schedule(dearest_first(costs(10000, 50, 1)), 512);
  EXPECT_GE(schedule.efficiency(), 0.95);
}

TEST(ScheduleSimulation, WrongEstimatesCostLittleSinceRanksTakeWorkAsTheyGetFree) {
  // The order is by an estimate that is off by up to a factor of 2 either way.
  const auto estimates = dearest_first(costs(10000, 50, 1));
  const auto errors = costs(estimates.size(), 4, 2);
  std::vector<double> real;
  for (size_t i = 0; i < estimates.size(); ++i) real.push_back(estimates[i] * errors[i] / 120);
  EXPECT_GE(simulate_schedule(real, 512).efficiency(), 0.95);
}

TEST(ScheduleSimulation, TheOrderMatters) {
  auto cheapest_first = costs(10000, 50, 1);
  std::sort(cheapest_first.begin(), cheapest_first.end());
  EXPECT_LT(simulate_schedule(cheapest_first, 512).efficiency(), 0.95);
}

}  // namespace
}  // namespace ptqbench
