#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/parallel/communicator.h"

namespace ptqbench {

struct FullPrecisionOptions {
  /// Of a sweep.
  std::filesystem::path config;
  std::vector<std::string> set;
  std::string filter;
};

/// Measures each model of the sweep's cells before quantization, on the evaluation samples of the
/// cells and as they do, and prints a line a model: the metrics, and whether the one that tables
/// show is what the sweep expects. For rank 0 alone. Returns the exit code: 0, or 1 when a metric
/// is not the expected one. Throws as a sweep does that cannot start.
int measure_full_precision(const Communicator& communicator, const FullPrecisionOptions& options);

}  // namespace ptqbench
