#include "harness/shown/schedule_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/shown/duration_text.h"
#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PlannedCell cell(double tera_macs, int64_t seed) {
  PlannedCell planned;
  planned.cell.task.dataset.name = "cifar10";
  planned.cell.model = planned.cell.model_label = "a";
  planned.cell.method = planned.cell.method_label = "m";
  planned.cell.bits = {4, 4};
  planned.cell.seed = seed;
  planned.tera_macs = tera_macs;
  return planned;
}

/// 100 s per TMAC.
CostModel costs() { return CostModel({{"a", "m", 1, 100}}, 1); }

TEST(ScheduleReport, ShowsMakespanLowerBoundAndUtilisation) {
  // 300 s, then 200 and 100 beside it, then 100: 400 s, of 700 s of work on two ranks.
  const auto text = schedule_report({cell(1, 1), cell(3, 2), cell(2, 3), cell(1, 4)}, costs(), 2);
  EXPECT_THAT(text, HasSubstr("on 2 ranks, 4 cells"));
  EXPECT_THAT(text, HasSubstr("makespan     6 min 40 s"));
  EXPECT_THAT(text, HasSubstr("lower bound  5 min 50 s (87.5 % of the makespan)"));
  EXPECT_THAT(text, HasSubstr("utilisation  87.5 %"));
  EXPECT_THAT(text, HasSubstr("longest cell 5 min 00 s: cifar10 a w4a4 m seed 2"));
  EXPECT_THAT(text, HasSubstr("a m: 100 s/TMAC (1 finished cell(s))"));
  EXPECT_THAT(text, Not(HasSubstr("gain little")));
}

TEST(ScheduleReport, SaysHowManyRanksAreOfUse) {
  EXPECT_THAT(schedule_report({cell(4, 1), cell(2, 2), cell(1, 3)}, costs(), 8),
              HasSubstr("more than 2 ranks gain little"));
}

TEST(ScheduleReport, GroupsOfRanksShareACell) {
  // Two groups, each of which halves 300, 200, 100 and 100 s.
  const CostModel shared({{"a", "m", 1, 100}}, 1, 2);
  const auto text = schedule_report({cell(1, 1), cell(3, 2), cell(2, 3), cell(1, 4)}, shared, 4, 2);
  EXPECT_THAT(text, HasSubstr("on 4 ranks in groups of 2, 4 cells"));
  EXPECT_THAT(text, HasSubstr("makespan     3 min 20 s"));
  EXPECT_THROW(schedule_report({cell(1, 1)}, shared, 3, 2), ConfigError);
}

TEST(ScheduleReport, LeavesOutWhatIsDoneOrNotChosen) {
  auto done = cell(100, 1);
  done.done = true;
  auto other = cell(50, 2);
  other.selected = false;
  EXPECT_THAT(schedule_report({done, other, cell(1, 3)}, costs(), 4),
              HasSubstr("4 ranks, 1 cells"));
  EXPECT_THAT(schedule_report({done}, costs(), 4), HasSubstr("nothing to do"));
}

TEST(DurationText, HasTheUnitsOfItsSize) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(65), "1 min 05 s");
  EXPECT_EQ(duration_text(3599.6), "1 h 00 min");
  EXPECT_EQ(duration_text(7 * 3600 + 120), "7 h 02 min");
}

}  // namespace
}  // namespace ptqbench
