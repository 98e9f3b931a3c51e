#include "harness/cells/full_precision_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/error.h"

namespace ptqbench {
namespace {

int64_t actual_samples(int64_t samples, int64_t population) {
  return samples == 0 ? population : std::min(samples, population);
}

}  // namespace

void check_full_precision(const FullPrecisionGate& gate, const EvaluatedSamples& measured,
                          CellRecord& record) {
  if (!gate.expected) return;
  const int64_t samples = actual_samples(measured.samples, measured.population);
  const int64_t expected_samples = actual_samples(gate.expected_samples, measured.population);
  if (samples != expected_samples) {
    record.provenance[kFullPrecisionGate] = fmt::format(
        "not applied: measured on {} samples, expected on {}", samples, expected_samples);
    return;
  }
  const auto numbers = fmt::format("measured {:.2f}, expected {:.2f} within {}",
                                   record.full_precision_metric, *gate.expected, gate.tolerance);
  // Written so that a metric that is not a number does not pass.
  if (std::abs(record.full_precision_metric - *gate.expected) <= gate.tolerance) {
    record.provenance[kFullPrecisionGate] = "passed: " + numbers;
    return;
  }
  if (gate.on_mismatch == OnMismatch::kContinue) {
    record.provenance[kFullPrecisionGate] = "overridden: " + numbers;
    record.provenance[kFullPrecisionOverride] = numbers;
    return;
  }
  throw Error(fmt::format(
      "the full-precision metric is not the expected one: {}; look at the checkpoint, at how the "
      "images are resized and normalised, and at 'expected', or go on with "
      "on_full_precision_mismatch: continue",
      numbers));
}

std::string below_chance_note(double metric, double chance, const EvaluatedSamples& measured) {
  constexpr double kDeviations = 4;
  constexpr double kShare = 2.0 / 3;
  const auto samples = static_cast<double>(actual_samples(measured.samples, measured.population));
  if (chance <= 0 || samples < 1) return "";
  const double deviation = std::sqrt(chance * (100 - chance) / samples);
  if (!(metric < chance - kDeviations * deviation && metric < kShare * chance)) return "";
  return fmt::format(
      "the full-precision metric {:.2f} is far below chance ({:.2f}): the classes of the "
      "checkpoint "
      "are likely in another order than those of the data set; 'labels' of the model says their "
      "order",
      metric, chance);
}

}  // namespace ptqbench
