#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ptqbench::statistics {

struct StepSearch {
  /// The most often that a series without any step gives one.
  double alpha = 0.01;
  int64_t permutations = 9999;
  uint64_t seed = 1;
  /// Values on each side of a step.
  std::size_t shortest = 3;
};

/// A change of the level of a series.
struct StepChange {
  /// The first value at the new level.
  std::size_t place = 0;
  /// Means up to the steps before and after it.
  double before = 0;
  double after = 0;
  /// How often a random order of the values between those steps has as clear a step.
  double p = 1;
};

/// The steps of a series, in its order, by binary segmentation (Scott & Knott 1974): the place
/// where the means of both sides differ most clearly, in units of their standard error (the CUSUM
/// statistic, Page 1954), is a step if at most `alpha` of the random orders of the values have a
/// place as clear (one plus those that have, over one plus all). Then the same within both parts.
/// Equal input gives equal output on every machine. Values are taken to be independent around their
/// level; a slow drift is found as several steps.
std::vector<StepChange> find_step_changes(const std::vector<double>& values,
                                          const StepSearch& search = {});

}  // namespace ptqbench::statistics
