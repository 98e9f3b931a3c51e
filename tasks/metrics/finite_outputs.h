#pragma once

#include <cstdint>

namespace ptqbench {

/// Throws DataError when the outputs of `broken` of `samples` are NaN or infinite: a metric would
/// count them as some class.
void require_finite_outputs(int64_t broken, int64_t samples);

}  // namespace ptqbench
