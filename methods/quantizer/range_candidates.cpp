#include "methods/quantizer/range_candidates.h"

#include <algorithm>
#include <cmath>

namespace ptqbench {
namespace {

constexpr int kWidths = 100;
constexpr int kShrinkSteps = 80;

/// One end at zero, or centred on zero.
std::vector<TrialQuantizer> anchored_candidates(float low, float high, DataSide side,
                                                IntegerRange range, bool symmetric) {
  const float full = std::max(std::abs(low), high);
  std::vector<TrialQuantizer> candidates;
  for (int i = 1; i <= kWidths; ++i) {
    const float threshold = full / kWidths * static_cast<float>(i);
    candidates.push_back(trial_quantizer(side == DataSide::kNotNegative ? 0.0F : -threshold,
                                         side == DataSide::kNotPositive ? 0.0F : threshold, range,
                                         symmetric));
  }
  return candidates;
}

/// Each width with every zero point.
std::vector<TrialQuantizer> two_sided_candidates(float low, float high, IntegerRange range) {
  const float full = std::max(high, 0.0F) - std::min(low, 0.0F);
  std::vector<TrialQuantizer> candidates;
  candidates.reserve(static_cast<size_t>(kWidths * (range.steps() + 1)));
  for (int i = 1; i <= kWidths; ++i) {
    const float width = full / kWidths * static_cast<float>(i);
    const float step = width / static_cast<float>(range.steps());
    for (int64_t zero_point = range.minimum; zero_point <= range.maximum; ++zero_point) {
      const float shift = static_cast<float>(zero_point) * step;
      candidates.push_back(trial_quantizer(-shift, width - shift, range, /*symmetric=*/false));
    }
  }
  return candidates;
}

}  // namespace

TrialQuantizer trial_quantizer(float minimum, float maximum, IntegerRange range, bool symmetric) {
  const float low = std::min(minimum, 0.0F);
  const float high = std::max(maximum, 0.0F);
  const auto steps = static_cast<float>(range.steps());
  TrialQuantizer q;
  q.minimum = minimum;
  q.maximum = maximum;
  if (symmetric) {
    q.scale = std::max(std::max(-low, high) / (steps / 2), kSmallestScale);
    q.zero_point = 0;
  } else {
    q.scale = std::max((high - low) / steps, kSmallestScale);
    const float zero_point = static_cast<float>(range.minimum) - std::nearbyint(low / q.scale);
    q.zero_point = std::min(std::max(zero_point, static_cast<float>(range.minimum)),
                            static_cast<float>(range.maximum));
  }
  return q;
}

std::vector<TrialQuantizer> mse_candidates(float low, float high, DataSide side, IntegerRange range,
                                           bool symmetric) {
  return side != DataSide::kBoth || symmetric
             ? anchored_candidates(low, high, side, range, symmetric)
             : two_sided_candidates(low, high, range);
}

TrialQuantizer brecq_quantizer(float low, float high, IntegerRange range) {
  TrialQuantizer q;
  q.minimum = low;
  q.maximum = high;
  q.scale = std::max((high - low) / static_cast<float>(range.steps()), 1e-8F);
  q.zero_point = std::nearbyint(-low / q.scale);
  return q;
}

std::vector<TrialQuantizer> brecq_candidates(float low, float high, IntegerRange range) {
  std::vector<TrialQuantizer> candidates;
  for (int i = 0; i < kShrinkSteps; ++i) {
    const auto keep = static_cast<float>(1.0 - i * 0.01);
    candidates.push_back(brecq_quantizer(low * keep, high * keep, range));
  }
  return candidates;
}

}  // namespace ptqbench
