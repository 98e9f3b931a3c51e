#include "harness/cells/measure_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/data/sampling.h"

namespace ptqbench {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::UnorderedElementsAre;

TEST(HeldOutIds, AreNoneOfTheCalibrationSamples) {
  const auto calibration = draw_samples(1000, 300, 5);
  const auto ids = held_out_ids(1000, calibration, 64, 5);
  EXPECT_EQ(ids.size(), 64U);
  for (const int64_t id : ids) EXPECT_EQ(std::count(calibration.begin(), calibration.end(), id), 0);
  EXPECT_EQ(ids, held_out_ids(1000, calibration, 64, 5));
  EXPECT_NE(ids, held_out_ids(1000, calibration, 64, 6));
}

TEST(HeldOutIds, FitAnyListOfCalibrationSamples) {
  EXPECT_THAT(held_out_ids(6, {5, 0, 3}, 2, 1), IsSubsetOf({1, 2, 4}));
  EXPECT_EQ(held_out_ids(6, {5, 0, 3}, 2, 1).size(), 2U);
}

TEST(HeldOutIds, AreAsManyAsThereAre) {
  EXPECT_THAT(held_out_ids(4, {1, 3}, 64, 1), UnorderedElementsAre(0, 2));
  EXPECT_THAT(held_out_ids(2, {1, 0}, 64, 1), IsEmpty());
  EXPECT_THAT(held_out_ids(2, {1}, 0, 1), IsEmpty());
}

}  // namespace
}  // namespace ptqbench
