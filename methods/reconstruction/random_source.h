#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "methods/kernels/kernels.h"

namespace ptqbench {

/// The random choices of one unit's reconstruction. Behind an interface so that a recorded run can
/// be replayed.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  /// Calibration samples of the mini-batch of iteration `t` (from 0), drawn with replacement from
  /// `population`.
  virtual std::vector<int64_t> batch(int64_t t, int64_t count, int64_t population) = 0;
  /// Fills the words of a keep mask (see kernels/keep_mask.h) for the iteration and the first slots
  /// of `now`, as many as the mask has samples. `place` numbers the unit's inputs, then its
  /// activation quantizers in the order of execution.
  virtual void fill_keep_masks(std::vector<KeepMaskDraw> draws, const IterationNow& now) = 0;
  /// Whether it does so without the host.
  virtual bool draws_on_device() const { return false; }
};

/// Philox streams keyed by (seed, unit, purpose); the counter is (iteration, place, slot in the
/// batch, element), so that neither order nor thread nor rank nor device matters.
class PhiloxSource : public RandomSource {
 public:
  PhiloxSource(uint64_t seed, const std::string& unit);

  std::vector<int64_t> batch(int64_t t, int64_t count, int64_t population) override;
  void fill_keep_masks(std::vector<KeepMaskDraw> draws, const IterationNow& now) override;
  bool draws_on_device() const override { return true; }

 private:
  uint64_t seed_;
  std::string unit_;
};

}  // namespace ptqbench
