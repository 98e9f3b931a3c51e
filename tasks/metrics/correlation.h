#pragma once

#include <vector>

namespace ptqbench {

/// Correlations of predicted numbers with what they should be, in percent. 0 where all numbers of
/// one side are equal, which leaves a correlation undefined; NaN where a number is not finite. They
/// throw std::logic_error when there are no numbers, or not as many predictions as labels.

/// Pearson's linear correlation.
double pearson_correlation(const std::vector<double>& predictions,
                           const std::vector<double>& labels);

/// Spearman's rank correlation: Pearson's of the ranks; equal numbers share the mean of their
/// ranks.
double spearman_correlation(const std::vector<double>& predictions,
                            const std::vector<double>& labels);

}  // namespace ptqbench
