#include "methods/kernels/element/functions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ptqbench::element {
namespace {

TEST(FastMath, ExponentialIsWithinAFewRoundings) {
  for (double x = -86; x < 87; x += 0.0137) {
    const auto f = static_cast<float>(x);
    EXPECT_NEAR(fast_exp(f), std::exp(static_cast<double>(f)),
                3e-7 * std::exp(static_cast<double>(f)));
  }
  EXPECT_LT(fast_exp(-1000.0F), 1e-37F);
  EXPECT_TRUE(std::isfinite(fast_exp(1000.0F)));
}

TEST(FastMath, LogarithmIsWithinAFewRoundings) {
  for (double x = 1e-30; x < 1e30; x *= 1.0173) {
    const auto f = static_cast<float>(x);
    const double exact = std::log(static_cast<double>(f));
    EXPECT_NEAR(fast_log(f), exact, 1e-6 * std::max(1.0, std::abs(exact)));
  }
}

TEST(FastMath, PowerOfZeroIsZeroAndOneStaysOne) {
  EXPECT_EQ(fast_pow(0.0F, 1.4F), 0.0F);
  EXPECT_NEAR(fast_pow(1.0F, 19.0F), 1.0F, 1e-6F);
  EXPECT_NEAR(fast_pow(0.5F, 19.0F), std::pow(0.5, 19.0), 1e-5 * std::pow(0.5, 19.0));
}

TEST(RoundToEven, HalvesGoToTheEvenNeighbour) {
  EXPECT_EQ(round_to_even(0.5F), 0.0F);
  EXPECT_EQ(round_to_even(1.5F), 2.0F);
  EXPECT_EQ(round_to_even(-2.5F), -2.0F);
}

}  // namespace
}  // namespace ptqbench::element
