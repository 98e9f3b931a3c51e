#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace ptqbench {

/// What a random draw is for; equal ones draw the same.
struct SampleKey {
  uint64_t seed = 0;
  int64_t step = 0;
  /// In its batch.
  int64_t image = 0;
};

struct BalancedSampleOptions {
  /// Boxes of an image that a loss looks at.
  int64_t count;
  /// At most this part of them belongs to objects.
  double object_fraction;
};

/// Ids in ascending order, int64.
struct BalancedSample {
  at::Tensor objects;
  at::Tensor background;
};

/// Draws boxes that belong to objects, and fills up with background; `matches` [N] as match gives.
/// `stage` tells the draws of the parts of a detector apart.
BalancedSample balanced_sample(const at::Tensor& matches, const BalancedSampleOptions& options,
                               const std::string& stage, const SampleKey& key);

}  // namespace ptqbench
