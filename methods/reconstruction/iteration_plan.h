#pragma once

#include <vector>

#include "methods/kernels/kernels.h"
#include "methods/parallel/device_group.h"
#include "methods/recipes/recipe.h"
#include "methods/reconstruction/random_source.h"

namespace ptqbench {

/// The numbers of a phase's iterations in one unit: mini-batches, exponents, learning rates and
/// places in the loss curve, worked out on the host for many iterations ahead and loaded one by one
/// on the device that computes.
class IterationPlan {
 public:
  /// Everything must outlive the plan. `share`: the samples that are computed here.
  IterationPlan(const Phase& phase, const MethodSettings& settings, RandomSource& random,
                const SampleShare& share, at::Device device);

  /// Makes iteration `t` the present one, on the host.
  void prepare(int64_t t);
  /// Loads its numbers where kernels find them, without the host: may be recorded and replayed.
  void load() { kernels_on(device_).load_iteration(table_, now_); }

  /// The present iteration where kernels find it.
  const IterationNow& now() const { return now_; }
  /// How many samples of the mini-batch are computed here, and which part of it that is.
  int64_t held() const { return held_.at(present()); }
  double fraction() const;
  /// Of those samples: rows of the streams and slots of the mini-batch, int64 [held] on the device
  /// that computes.
  at::Tensor rows() const { return now_.rows.slice(0, 0, held()); }
  /// The same on the host, and the calibration samples of the whole mini-batch, int64 [batch].
  at::Tensor host_rows() const;
  at::Tensor host_slots() const;
  at::Tensor host_samples() const;

  /// The iterations that the loss curve shows: at most a few hundred, the last among them.
  const std::vector<int64_t>& curve() const { return curve_; }

 private:
  size_t present() const { return static_cast<size_t>(t_ - first_); }
  void work_out(int64_t first);

  const Phase& phase_;
  const MethodSettings& settings_;
  RandomSource& random_;
  SampleShare share_;
  at::Device device_;
  std::vector<int64_t> curve_;
  /// Iterations [first_, first_ + held_.size()), on the host.
  IterationTable host_;
  at::Tensor samples_;
  std::vector<int64_t> held_;
  int64_t first_ = 0;
  int64_t t_ = -1;
  /// The same on the device, at addresses that stay.
  IterationTable table_;
  IterationNow now_;
};

}  // namespace ptqbench
