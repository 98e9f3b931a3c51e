#pragma once

#include <cstdint>
#include <vector>

#include "support/options.h"

namespace ptqbench {

/// How a model is measured.
struct EvaluationOptions {
  /// The first so many samples of the evaluation split; 0: all.
  int64_t samples = 0;
  int64_t batch_size = 64;

  static const std::vector<Field<EvaluationOptions>>& fields();
};

}  // namespace ptqbench
