#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "methods/quantizer/affine.h"

namespace ptqbench {

/// Scalars of a quantizer under trial.
struct TrialQuantizer {
  float minimum = 0;
  float maximum = 0;
  float scale = 1;
  float zero_point = 0;
};

/// The trial quantizer whose range is [minimum, maximum]; see quantizer_from_range.
TrialQuantizer trial_quantizer(float minimum, float maximum, IntegerRange range, bool symmetric);

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
