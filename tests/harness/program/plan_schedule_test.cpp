#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PlanWithRanks, ShowsTheScheduleCalibratedFromFinishedCells) {
  const TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  const auto run_dir = folder.at("run");
  const auto before = ptqbench("plan " + config + " --ranks 2 --out " + run_dir);
  ASSERT_EQ(before.exit_code, 0) << before.output;
  EXPECT_THAT(before.output, HasSubstr("schedule on 2 ranks, 4 cells"));
  EXPECT_THAT(before.output, HasSubstr("resnet20 qdrop: 16.7 s/TMAC (no finished cells"));

  ASSERT_EQ(ptqbench("run " + config + " --filter method=qdrop --out " + run_dir).exit_code, 0);
  const auto after = ptqbench("plan " + config + " --ranks 2 --out " + run_dir);
  ASSERT_EQ(after.exit_code, 0) << after.output;
  EXPECT_THAT(after.output, HasSubstr("schedule on 2 ranks, 3 cells"));
  EXPECT_THAT(after.output, HasSubstr("(1 finished cell(s) of the model)"));
  EXPECT_THAT(after.output, Not(HasSubstr("no finished cells")));
}

TEST(PlanWithRanks, RefusesNoRanks) {
  const auto outcome = ptqbench("plan any.yaml --ranks 0");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.output, HasSubstr("--ranks"));
}

}  // namespace
}  // namespace ptqbench::testing
