#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "methods/kernels/element/rounding.h"

namespace ptqbench {

/// First and second moment of Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) for one
/// parameter, laid out as it and zero at first. Updates are Kernels' business.
struct AdamMoments {
  explicit AdamMoments(const at::Tensor& parameter);

  at::Tensor first;
  at::Tensor second;
};

/// What the algorithm's bias corrections come to in update number `step` (from 1): the learning rate
/// over 1 - beta1^step, and 1 / sqrt(1 - beta2^step).
struct AdamScalars {
  double rate;
  double second_moment_factor;
};
AdamScalars adam_scalars(double learning_rate, int64_t step);

/// Learning rate of step `t` (from 0) of `total`: `start` decaying to 0 along half a cosine.
double cosine_decay(double start, int64_t t, int64_t total);

}  // namespace ptqbench
