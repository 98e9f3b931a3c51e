#pragma once

#include <cstdint>
#include <vector>

#include "support/options.h"

namespace ptqbench {

/// What is measured of a quantized model beside its metric, for `ptqbench report`. Decides nothing
/// in the metric, so it is no part of a cell's fingerprint: a finished cell keeps the report it was
/// run with.
struct ReportOptions {
  /// Samples that noise ratios are measured on; 0: they are not. So for flatness.
  int64_t held_out_samples = 64;
  int64_t flatness_samples = 64;
  int64_t flatness_directions = 2;
  /// Norms of the perturbations relative to those of the weights.
  std::vector<double> flatness_magnitudes = {0.1, 0.2, 0.4};

  static const std::vector<Field<ReportOptions>>& fields();
};

}  // namespace ptqbench
