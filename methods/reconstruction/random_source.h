#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// The random choices of one unit's reconstruction. Behind an interface so that a recorded run can
/// be replayed.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  /// Calibration samples of the mini-batch of iteration `t` (from 0), drawn with replacement from
  /// `population`.
  virtual std::vector<int64_t> batch(int64_t t, int64_t count, int64_t population) = 0;
  /// Keep masks (see kernels/keep_mask.h) of these slots of the mini-batch in iteration `t`.
  /// `place` numbers the unit's inputs, then its activation quantizers in the order of execution.
  virtual at::Tensor keep_mask(int64_t t, int64_t place, double drop_probability,
                               const std::vector<int64_t>& slots, int64_t elements_per_slot) = 0;
};

/// Philox streams keyed by (seed, unit, purpose); the counter is (iteration, place, slot in the
/// batch, element), so that neither order nor thread nor rank matters.
class PhiloxSource : public RandomSource {
 public:
  PhiloxSource(uint64_t seed, const std::string& unit);

  std::vector<int64_t> batch(int64_t t, int64_t count, int64_t population) override;
  at::Tensor keep_mask(int64_t t, int64_t place, double drop_probability,
                       const std::vector<int64_t>& slots, int64_t elements_per_slot) override;

 private:
  uint64_t seed_;
  std::string unit_;
};

}  // namespace ptqbench
