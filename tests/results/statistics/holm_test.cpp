#include "results/statistics/holm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ptqbench::statistics {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Holm, MultipliesTheSmallestByAllAndNeverFallsBelowASmallerOne) {
  // By size 0.01 * 4, 0.015 * 3, 0.02 * 2 = 0.04 but not below 0.045, 0.6 * 1.
  EXPECT_THAT(holm({0.02, 0.01, 0.6, 0.015}),
              ElementsAre(DoubleEq(0.045), DoubleEq(0.04), DoubleEq(0.6), DoubleEq(0.045)));
}

TEST(Holm, StaysAtMostOne) { EXPECT_THAT(holm({0.7, 0.8}), ElementsAre(1, 1)); }

TEST(Holm, DoesNotCountWhatWasNotTested) {
  const auto corrected = holm({0.02, std::nan(""), 0.5});
  EXPECT_THAT(corrected[0], DoubleEq(0.04));
  EXPECT_TRUE(std::isnan(corrected[1]));
  EXPECT_THAT(holm({}), IsEmpty());
}

}  // namespace
}  // namespace ptqbench::statistics
