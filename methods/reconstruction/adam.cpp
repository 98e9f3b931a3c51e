#include "methods/reconstruction/adam.h"

#include <torch/types.h>

#include <cmath>

namespace ptqbench {

Adam::Adam(const at::Tensor& parameter)
    : first_moment_(at::zeros_like(parameter)), second_moment_(at::zeros_like(parameter)) {}

Adam::Step Adam::next(double learning_rate) {
  ++steps_;
  return {learning_rate / (1 - std::pow(kAdamBeta1, steps_)),
          1 / std::sqrt(1 - std::pow(kAdamBeta2, steps_))};
}

void Adam::step(at::Tensor& parameter, const at::Tensor& gradient, double learning_rate) {
  const torch::NoGradGuard no_grad;
  const Step step = next(learning_rate);
  if (parameter.is_cpu() && parameter.is_contiguous() && gradient.is_contiguous()) {
    cpu::adam_step(static_cast<float>(step.rate), static_cast<float>(step.second_moment_factor),
                   gradient.data_ptr<float>(), parameter.data_ptr<float>(),
                   first_moment_.data_ptr<float>(), second_moment_.data_ptr<float>(),
                   parameter.numel());
    return;
  }
  first_moment_.mul_(kAdamBeta1).add_(gradient, 1 - kAdamBeta1);
  second_moment_.mul_(kAdamBeta2).addcmul_(gradient, gradient, 1 - kAdamBeta2);
  const auto denominator = second_moment_.sqrt().mul_(step.second_moment_factor).add_(kAdamEpsilon);
  parameter.addcdiv_(first_moment_, denominator, -step.rate);
}

double cosine_decay(double start, int64_t t, int64_t total) {
  return start * 0.5 * (1 + std::cos(M_PI * static_cast<double>(t) / static_cast<double>(total)));
}

}  // namespace ptqbench
