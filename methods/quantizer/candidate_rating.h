#pragma once

#include <cstddef>
#include <vector>

#include "methods/quantizer/range_candidates.h"
#include "methods/quantizer/weighted_points.h"

namespace ptqbench {

/// The candidates, in their order, among which the one with the least L_2.4 error on the data
/// behind `points` is to be found: those whose error on the points is the least within what points
/// and float arithmetic leave uncertain, at most 16.
///
/// Candidates of one scale share the grid of multiples of that scale and differ only in where it
/// ends, so for each scale one pass over the points gives the rounding errors of all intervals of
/// the grid, and a candidate's error is a sum over neighbouring intervals plus what either end cuts
/// off. What an end cuts off only grows as the end moves inwards: ends that alone cost more than
/// the best candidate so far, and whole scales whose ends do, are left out.
std::vector<size_t> best_rated(const WeightedPoints& points,
                               const std::vector<TrialQuantizer>& candidates, IntegerRange range);

}  // namespace ptqbench
