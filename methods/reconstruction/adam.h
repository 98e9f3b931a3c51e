#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) for one tensor: beta 0.9 and 0.999,
/// epsilon 1e-8.
class Adam {
 public:
  explicit Adam(const at::Tensor& parameter);

  /// Updates `parameter` in place.
  void step(at::Tensor& parameter, const at::Tensor& gradient, double learning_rate);

 private:
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  int64_t steps_ = 0;
};

/// Learning rate of step `t` (from 0) of `total`: `start` decaying to 0 along half a cosine.
double cosine_decay(double start, int64_t t, int64_t total);

}  // namespace ptqbench
