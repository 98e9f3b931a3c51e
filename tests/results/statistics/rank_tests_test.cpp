#include "results/statistics/rank_tests.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ptqbench::statistics {
namespace {

// References from SciPy 1.17.1.
constexpr double kTolerance = 1e-12;

TEST(WilcoxonSignedRank, IsExactForAHandfulOfDifferences) {
  // scipy.stats.wilcoxon([0.3, -0.1, 0.45, 0.7, 0.2], method="exact"); by hand: only -0.1, of rank
  // 1, is negative, so the sum is 14, and of 32 choices of signs two have 14 or more: 2 * 2 / 32.
  const RankTest test = wilcoxon_signed_rank({0.3, -0.1, 0.45, 0.7, 0.2});
  EXPECT_EQ(test.statistic, 14);
  EXPECT_NEAR(test.p, 0.125, kTolerance);
  EXPECT_EQ(test.least_p, 0.0625);
  EXPECT_TRUE(test.exact);
  // The same with eight: statistic 8 = 36 - 28.
  const RankTest eight = wilcoxon_signed_rank({1.1, -0.4, 2.0, 0.9, -1.3, 3.1, 0.2, 0.7});
  EXPECT_EQ(eight.statistic, 28);
  EXPECT_NEAR(eight.p, 0.1953125, kTolerance);
}

TEST(WilcoxonSignedRank, SharesRanksAndLeavesZerosOut) {
  // scipy.stats.wilcoxon([0, 0, 1, -1, 2, 2, 3, 4],
  //                      method=scipy.stats.PermutationMethod(n_resamples=np.inf))
  const RankTest test = wilcoxon_signed_rank({0, 0, 1, -1, 2, 2, 3, 4});
  EXPECT_EQ(test.statistic, 19.5);
  EXPECT_NEAR(test.p, 0.09375, kTolerance);
  EXPECT_EQ(test.count, 6);
}

TEST(WilcoxonSignedRank, TakesTheNormalDistributionForMany) {
  std::vector<double> differences;
  for (int i = 0; i < 60; ++i) differences.push_back(((i * 37) % 101 - 45) / 10.0);
  // scipy.stats.wilcoxon(differences, method="asymptotic", correction=False)
  const RankTest test = wilcoxon_signed_rank(differences);
  EXPECT_FALSE(test.exact);
  EXPECT_NEAR(test.p, 0.2647081919479235, kTolerance);
}

TEST(WilcoxonSignedRank, NothingSpeaksAgainstDifferencesOfZero) {
  EXPECT_EQ(wilcoxon_signed_rank({0, 0, 0}).p, 1);
  EXPECT_EQ(wilcoxon_signed_rank({}).p, 1);
  EXPECT_EQ(wilcoxon_signed_rank({-2}).p, 1);
}

TEST(MannWhitney, IsExactForAHandfulOfValues) {
  // scipy.stats.mannwhitneyu(a, b, method="exact")
  const RankTest test = mann_whitney({91.2, 91.5, 90.9, 91.8, 91.1}, {90.1, 91.0, 90.7, 90.95});
  EXPECT_EQ(test.statistic, 18);
  EXPECT_NEAR(test.p, 0.06349206349206349, kTolerance);
  // All of one sample first: 2 of the 126 orders.
  EXPECT_NEAR(test.least_p, 2.0 / 126, kTolerance);
  EXPECT_NEAR(mann_whitney({1, 2, 3, 4, 5}, {6, 7, 8, 9}).p, 2.0 / 126, kTolerance);
}

TEST(MannWhitney, SharesRanks) {
  // scipy.stats.mannwhitneyu([1, 2, 2, 3, 5], [2, 4, 5, 6],
  //                          method=scipy.stats.PermutationMethod(n_resamples=np.inf))
  const RankTest test = mann_whitney({1, 2, 2, 3, 5}, {2, 4, 5, 6});
  EXPECT_EQ(test.statistic, 4.5);
  EXPECT_NEAR(test.p, 0.2222222222222222, kTolerance);
}

TEST(MannWhitney, TakesTheNormalDistributionForMany) {
  std::vector<double> first;
  std::vector<double> second;
  for (int i = 0; i < 30; ++i) first.push_back((i * 29) % 97);
  for (int i = 0; i < 25; ++i) second.push_back((i * 31) % 89 + 9);
  // scipy.stats.mannwhitneyu(first, second, method="asymptotic")
  const RankTest test = mann_whitney(first, second);
  EXPECT_EQ(test.statistic, 363.5);
  EXPECT_NEAR(test.p, 0.8524728927098758, kTolerance);
}

TEST(MannWhitney, SaysNothingWithoutASample) {
  EXPECT_TRUE(std::isnan(mann_whitney({}, {1, 2}).p));
}

}  // namespace
}  // namespace ptqbench::statistics
