#pragma once

#include <ATen/core/Tensor.h>

#include <map>

#include "methods/reconstruction/random_source.h"

namespace ptqbench {

/// The keep masks of a unit's iterations. On the CPU a mask is drawn where it is used, while it is
/// in the cache; elsewhere all of them are drawn at once when an iteration begins, as soon as one
/// iteration has shown which there are.
class DropMasks {
 public:
  /// For mini-batches of at most `batch` samples. The source must outlive the masks.
  DropMasks(RandomSource& source, double drop_probability, int64_t batch, at::Device device);

  /// For `samples` samples in the iteration that is loaded in `now`.
  void begin(const IterationNow& now, int64_t samples);
  /// The words at a place for so many rows, which are the samples or, where a layer has unfolded
  /// them, equally many of each, one sample's after the other's. Undefined where nothing is dropped.
  /// Throws std::logic_error when the rows cannot be told apart.
  at::Tensor at_place(int64_t place, int64_t rows, int64_t elements_per_row);

 private:
  KeepMaskDraw draw(int64_t place) const;

  RandomSource& source_;
  double drop_probability_;
  int64_t batch_;
  at::Device device_;
  const IterationNow* now_ = nullptr;
  int64_t samples_ = 0;
  /// int32 [batch, words] by place.
  std::map<int64_t, at::Tensor> words_;
};

}  // namespace ptqbench
