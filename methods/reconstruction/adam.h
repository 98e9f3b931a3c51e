#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/rounding_step_cpu.h"

namespace ptqbench {

/// Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) for one tensor, with the usual betas and
/// epsilon (kAdamBeta1, ...).
class Adam {
 public:
  explicit Adam(const at::Tensor& parameter);

  /// Updates `parameter` in place.
  void step(at::Tensor& parameter, const at::Tensor& gradient, double learning_rate);

  /// For updates that are fused with others: counts the step and gives its learning rate over
  /// 1 - beta1^t and 1 / sqrt(1 - beta2^t), and the moments, laid out as the parameter.
  struct Step {
    double rate;
    double second_moment_factor;
  };
  Step next(double learning_rate);
  const at::Tensor& first_moment() const { return first_moment_; }
  const at::Tensor& second_moment() const { return second_moment_; }

 private:
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  int64_t steps_ = 0;
};

/// Learning rate of step `t` (from 0) of `total`: `start` decaying to 0 along half a cosine.
double cosine_decay(double start, int64_t t, int64_t total);

}  // namespace ptqbench
