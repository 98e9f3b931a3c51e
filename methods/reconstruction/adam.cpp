#include "methods/reconstruction/adam.h"

#include <torch/types.h>

#include <cmath>

namespace ptqbench {

AdamMoments::AdamMoments(const at::Tensor& parameter)
    : first(at::zeros_like(parameter)), second(at::zeros_like(parameter)) {}

AdamScalars adam_scalars(double learning_rate, int64_t step) {
  return {learning_rate / (1 - std::pow(kAdamBeta1, step)),
          1 / std::sqrt(1 - std::pow(kAdamBeta2, step))};
}

double cosine_decay(double start, int64_t t, int64_t total) {
  return start * 0.5 * (1 + std::cos(M_PI * static_cast<double>(t) / static_cast<double>(total)));
}

}  // namespace ptqbench
