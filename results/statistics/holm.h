#pragma once

#include <vector>

namespace ptqbench::statistics {

/// The p-values corrected for being many (Holm 1979): refusing null hypotheses whose corrected p is
/// at most alpha refuses a true one with probability alpha at most, however the tests hang
/// together. NaN, for no test, stays and does not count.
std::vector<double> holm(const std::vector<double>& p_values);

}  // namespace ptqbench::statistics
