#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ptqbench {

/// What happens to a cell whose full-precision metric is not the expected one.
enum class OnMismatch { kFail, kContinue };

/// "fail" and "continue"; what files say.
std::string on_mismatch_name(OnMismatch action);
std::vector<std::string> on_mismatch_names();
/// Throws std::invalid_argument on another name.
OnMismatch on_mismatch_from_name(const std::string& name);

/// What a cell's full-precision metric must be before it is quantized.
struct FullPrecisionGate {
  /// Without a value everything passes.
  std::optional<double> expected;
  /// The first so many samples of the evaluation split that `expected` holds for; 0: all.
  int64_t expected_samples = 0;
  /// How far away the measured metric may be, in its own units (points for an accuracy).
  double tolerance = 0.5;
  OnMismatch on_mismatch = OnMismatch::kFail;
};

}  // namespace ptqbench
