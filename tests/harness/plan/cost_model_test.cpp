#include "harness/plan/cost_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/plan/cost.h"
#include "results/files/store.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

TEST(CostModel, TakesTheMedianOfAModelAndMethod) {
  // 2, 3 and, on a node that stalled, 400 s/TMAC.
  const CostModel costs(
      {{"resnet20", "qdrop", 10, 20}, {"resnet20", "qdrop", 1, 3}, {"resnet20", "qdrop", 1, 400}},
      1);
  EXPECT_DOUBLE_EQ(costs.seconds("resnet20", "qdrop", 5), 15);
  EXPECT_EQ(costs.source("resnet20", "qdrop"), "3 finished cell(s)");
}

TEST(CostModel, OfAnEvenNumberTheMedianLiesBetween) {
  const CostModel costs({{"a", "m", 1, 2}, {"a", "m", 1, 4}, {"a", "m", 1, 1}, {"a", "m", 1, 9}},
                        1);
  EXPECT_DOUBLE_EQ(costs.rate("a", "m"), 3);
}

TEST(CostModel, GoesByTheModelThenTheMethodThenAllCells) {
  const CostModel costs({{"a", "x", 1, 2}, {"a", "y", 1, 4}, {"b", "x", 1, 8}}, 1);
  EXPECT_DOUBLE_EQ(costs.rate("a", "z"), 3);
  EXPECT_EQ(costs.source("a", "z"), "2 finished cell(s) of the model");
  EXPECT_DOUBLE_EQ(costs.rate("c", "x"), 5);
  EXPECT_EQ(costs.source("c", "x"), "2 finished cell(s) of the method");
  EXPECT_DOUBLE_EQ(costs.rate("c", "z"), 4);
  EXPECT_EQ(costs.source("c", "z"), "all 3 finished cell(s)");
}

TEST(CostModel, WithoutCellsGoesByCoresAndSaysSo) {
  const CostModel costs({}, 4);
  EXPECT_DOUBLE_EQ(costs.seconds("a", "m", 1), 1e12 / (4 * kMacsPerCoreSecond));
  EXPECT_THAT(costs.source("a", "m"), HasSubstr("no finished cells"));
  EXPECT_THAT(costs.source("a", "m"), HasSubstr("4 core(s) a rank"));
  // Threads of a rank: 0 means those it finds, which are not known here.
  EXPECT_DOUBLE_EQ(CostModel({}, 0).rate("a", "m"), 1e12 / kMacsPerCoreSecond);
}

TEST(CostModel, CellsWithoutTimeOrCostSayNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const CostModel costs({{"a", "m", 0, 5}, {"a", "m", 1, 0}, {"a", "m", 1, nan}}, 1);
  EXPECT_DOUBLE_EQ(costs.rate("a", "m"), 1e12 / kMacsPerCoreSecond);
}

PlannedCell planned(char digit, bool done) {
  PlannedCell cell;
  cell.cell.model = "a";
  cell.cell.method = "m";
  cell.tera_macs = 2;
  cell.fingerprint = std::string(64, digit);
  cell.done = done;
  return cell;
}

TEST(MeasuredCells, AreTheFinishedOnesWhoseFilesCanBeRead) {
  const testing::TemporaryFolder folder;
  const CellStore store(folder.path());
  CellRecord record;
  record.fingerprint = std::string(64, '1');
  record.seconds = 6;
  record.provenance[kDevicesPerCell] = "2";
  store.write(record);
  testing::write_bytes(store.cell_path(std::string(64, '2')), "no HDF5 file");
  const auto measured =
      measured_cells({planned('1', true), planned('2', true), planned('3', false)}, folder.path());
  ASSERT_EQ(measured.size(), 1U);
  EXPECT_EQ(measured[0].model, "a");
  EXPECT_EQ(measured[0].method, "m");
  EXPECT_DOUBLE_EQ(measured[0].tera_macs, 2);
  EXPECT_DOUBLE_EQ(measured[0].device_seconds, 12);
}

}  // namespace
}  // namespace ptqbench
