#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace ptqbench::statistics {

/// A two-sided test on ranks; tied values share the mean of their ranks.
struct RankTest {
  /// The sum of the ranks of the positive differences (Wilcoxon), or Mann and Whitney's U of the
  /// first sample.
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();
  /// The least p that so many values can give.
  double least_p = 1;
  /// Values that count: without differences of zero.
  int64_t count = 0;
  /// From the distribution over all signs or orders of these ranks, ties included, and not from a
  /// normal one.
  bool exact = true;
};

/// The signed-rank test (Wilcoxon 1945) of paired differences that are symmetric around zero under
/// the null hypothesis. Differences of zero are left out; p is 1 if none is left. Exact up to 50
/// differences, beyond with the normal approximation and its correction for ties.
RankTest wilcoxon_signed_rank(const std::vector<double>& differences);

/// The rank-sum test (Mann & Whitney 1947) of two independent samples. Exact up to 50 values
/// together, beyond with the normal approximation, corrected for ties and continuity. p is NaN when
/// a sample is empty.
RankTest mann_whitney(const std::vector<double>& first, const std::vector<double>& second);

}  // namespace ptqbench::statistics
