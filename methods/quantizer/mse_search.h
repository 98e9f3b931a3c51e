#pragma once

#include <cstdint>
#include <vector>

#include "methods/quantizer/range_candidates.h"

namespace ptqbench {

/// Sum over `n` values of |fake_quantize(x) - x|^2.4.
double quantization_error(const float* x, int64_t n, const TrialQuantizer& quantizer,
                          IntegerRange range);

/// The candidate with the least error; the first of equals. Short arrays are searched exhaustively.
/// Long ones are first binned, every candidate is rated on the bins, and the exact error decides
/// between the best rated. Precondition: candidates is not empty.
TrialQuantizer least_error_candidate(const float* x, int64_t n,
                                     const std::vector<TrialQuantizer>& candidates,
                                     IntegerRange range);

/// Same, always exhaustive: what tests compare with.
TrialQuantizer least_error_candidate_exhaustive(const float* x, int64_t n,
                                                const std::vector<TrialQuantizer>& candidates,
                                                IntegerRange range);

}  // namespace ptqbench
