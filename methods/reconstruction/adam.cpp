#include "methods/reconstruction/adam.h"

#include <torch/types.h>

#include <cmath>

namespace ptqbench {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

}  // namespace

Adam::Adam(const at::Tensor& parameter)
    : first_moment_(at::zeros_like(parameter)), second_moment_(at::zeros_like(parameter)) {}

void Adam::step(at::Tensor& parameter, const at::Tensor& gradient, double learning_rate) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  first_moment_.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  second_moment_.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  const double correction1 = 1 - std::pow(kBeta1, steps_);
  const double correction2 = std::sqrt(1 - std::pow(kBeta2, steps_));
  const auto denominator = second_moment_.sqrt().div_(correction2).add_(kEpsilon);
  parameter.addcdiv_(first_moment_, denominator, -learning_rate / correction1);
}

double cosine_decay(double start, int64_t t, int64_t total) {
  return start * 0.5 * (1 + std::cos(M_PI * static_cast<double>(t) / static_cast<double>(total)));
}

}  // namespace ptqbench
