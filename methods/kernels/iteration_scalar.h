#pragma once

#include <cstdint>

namespace ptqbench {

/// Places in IterationNow::scalars: exponent and weight of the regulariser, and for weights and for
/// activation quantizers the learning rate over Adam's 1 - beta1^t and 1 / sqrt(1 - beta2^t).
enum IterationScalar : int64_t {
  kBeta,
  kRoundWeight,
  kRoundingRate,
  kRoundingMoment,
  kStepRate,
  kStepMoment,
  kScalarCount
};

}  // namespace ptqbench
