#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::small_sweep;

/// The small sweep with this expectation of its 100 evaluation samples.
std::string expecting(const std::string& expected) {
  auto sweep = small_sweep();
  sweep.insert(sweep.find(".safetensors}]") + 12, ", expected_samples: 100, expected: " + expected);
  return sweep;
}

TEST(FullPrecision, IsWhatTheCellsOfTheSweepMeasure) {
  const testing::TemporaryFolder folder;
  const auto config = folder.write("small.yaml", small_sweep());
  ASSERT_EQ(
      ptqbench("run " + config + " --filter method=nearest --out " + folder.at("run")).exit_code,
      0);
  const auto cells = testing::stored_cells(folder.at("run"));
  ASSERT_EQ(cells.size(), 1U);
  const auto measured = ptqbench("evaluate " + config + " --full-precision");
  EXPECT_EQ(measured.exit_code, 0) << measured.output;
  // Once, though four methods would start from it.
  const auto expected = "fashion_mnist resnet20: top1_accuracy " +
                        std::to_string(cells[0].full_precision_metric).substr(0, 5);
  EXPECT_EQ(measured.output.find(expected), 0U) << measured.output << expected;
  EXPECT_EQ(measured.output.find(expected, 1), std::string::npos) << measured.output;
  EXPECT_THAT(measured.output, HasSubstr("nothing expected"));
}

TEST(FullPrecision, IsHeldAgainstWhatTheSweepExpects) {
  const testing::TemporaryFolder folder;
  const auto wrong =
      ptqbench("evaluate " + folder.write("wrong.yaml", expecting("12")) + " --full-precision");
  EXPECT_EQ(wrong.exit_code, 1) << wrong.output;
  EXPECT_THAT(wrong.output, HasSubstr("expected 12.00 within 0.5"));
  const auto wide = ptqbench("evaluate " + folder.at("wrong.yaml") +
                             " --full-precision --set full_precision_tolerance=90");
  EXPECT_EQ(wide.exit_code, 0) << wide.output;
  EXPECT_THAT(wide.output, HasSubstr("passed: measured "));
}

TEST(FullPrecision, OfASweepThatCannotStartIsBadInput) {
  const testing::TemporaryFolder folder;
  auto sweep = small_sweep();
  sweep.replace(sweep.find("name: resnet20"), 14, "name: resnet32");
  const auto refused =
      ptqbench("evaluate " + folder.write("small.yaml", sweep) + " --full-precision");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.output, HasSubstr("does not fit the model"));
  EXPECT_EQ(ptqbench("evaluate x.safetensors --filter seed=1").exit_code, 2)
      << "filters are of sweeps";
}

}  // namespace
}  // namespace ptqbench
