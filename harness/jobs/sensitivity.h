#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/parallel/communicator.h"
#include "results/reports/sensitivity.h"

namespace ptqbench {

struct SensitivityOptions {
  std::filesystem::path config;
  std::vector<std::string> set;
  std::string filter;
};

/// What came of an analysis.
struct SensitivityResult {
  /// Why it could not start (bad input), on all ranks; empty if it did.
  std::string error;
  /// By model and bits in the order of the sweep, as far as their full precision could be measured;
  /// on rank 0 only.
  std::vector<SensitivityTable> tables;
  /// A sentence for each measurement that failed.
  std::vector<std::string> failures;
};

/// For each model and bit width of a sweep (as far as the filter lets it): quantizes one unit
/// (block) at a time, its weights to nearest and its activations, everything else in full
/// precision, and measures the metric (as the sweep evaluates) and the noise ratio at the network's
/// output on held-out samples (as its report says). Ranges are found once, on the full-precision
/// network and the first calibration samples, with the settings and the first seed of the `nearest`
/// cell or else of the first. Units are dealt over the ranks; what comes out does not depend on
/// their number. Collective.
SensitivityResult measure_sensitivity(Communicator& communicator,
                                      const SensitivityOptions& options);

}  // namespace ptqbench
