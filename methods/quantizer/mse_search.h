#pragma once

#include <cstdint>
#include <vector>

#include "methods/quantizer/range_candidates.h"

namespace ptqbench {

/// Sum over `n` values of |fake_quantize(x) - x|^2.4.
double quantization_error(const float* x, int64_t n, const TrialQuantizer& quantizer,
                          IntegerRange range);

/// The candidate with the least error; the first of equals. `low` and `high` are the least and
/// greatest of the values. All candidates are rated on the sorted values, or bins of them when
/// there are many (candidate_rating), and the exact error decides between the best rated. The
/// result does not depend on the number of threads. Precondition: candidates is not empty.
TrialQuantizer least_error_candidate(const float* x, int64_t n, float low, float high,
                                     const std::vector<TrialQuantizer>& candidates,
                                     IntegerRange range);

/// Same by the exact error of every candidate: what tests compare with.
TrialQuantizer least_error_candidate_exhaustive(const float* x, int64_t n,
                                                const std::vector<TrialQuantizer>& candidates,
                                                IntegerRange range);

}  // namespace ptqbench
