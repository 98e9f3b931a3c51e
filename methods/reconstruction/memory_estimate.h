#pragma once

#include <cstdint>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/settings.h"

namespace ptqbench {

/// Samples that a model is measured on.
struct MeasuredSamples {
  /// Evaluated at a time.
  int64_t evaluation_batch = 1;
  /// For noise ratios.
  int64_t held_out = 0;
  /// For flatness, of each split.
  int64_t flatness = 0;
};

/// What measuring and quantizing one model takes at its peak, in bytes, beside the program, its
/// libraries and its data set.
struct MemoryEstimate {
  /// The calibration streams of the worst unit; what a StreamStorage holds.
  double streams = 0;
  /// All else at that moment.
  double beside_streams = 0;
  /// The same while noise ratios are measured.
  double noise_streams = 0;
  double beside_noise_streams = 0;
  /// The peak of the other stages before and after: evaluation, activation ranges, flatness.
  double other_stages = 0;

  double peak_in_memory() const;
  double peak_with_mapped_streams() const;
};

/// `sizes`: value_sizes() of the model for one sample; sizes of everything else follow from it.
MemoryEstimate estimate_memory(const UnitGraph& model, const Recipe& recipe,
                               const MethodSettings& settings, const std::vector<int64_t>& sizes,
                               const MeasuredSamples& measured);

}  // namespace ptqbench
