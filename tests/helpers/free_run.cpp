#include "tests/helpers/free_run.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace ptqbench::testing {
namespace {

/// Runs that round nowhere near a boundary can agree better than the losses' own rounding.
constexpr double kSmallestDrift = 5e-7;
constexpr double kFactor = 4;

std::vector<double> values(const at::Tensor& x) {
  return {x.data_ptr<double>(), x.data_ptr<double>() + x.numel()};
}

double distance(double value, double from) { return std::abs(value / from - 1); }

}  // namespace

FreeRun::FreeRun(const GoldenGroup& recorded)
    : losses_(values(recorded.tensor("loss"))),
      drift_(values(recorded.tensor("drift"))),
      last_(recorded.group("last")),
      last_drift_(recorded.group("last_drift")) {
  double largest = kSmallestDrift;
  for (double& drift : drift_) drift = largest = std::max(largest, drift);
}

std::optional<size_t> FreeRun::leaves(const std::vector<double>& losses) const {
  for (size_t t = 0; t < losses_.size(); ++t) {
    if (!(distance(losses.at(t), losses_[t]) <= kFactor * drift_[t])) return t;
  }
  return std::nullopt;
}

double FreeRun::tolerance(const std::string& variable) const {
  const double drift = last_drift_.tensor(variable)[0].item<double>();
  return kFactor * std::max(drift, kSmallestDrift) * last(variable).abs().max().item<double>();
}

bool on_the_same_path(const std::vector<double>& losses, const std::vector<double>& others) {
  constexpr double kSamePath = 1e-5;
  return std::equal(losses.begin(), losses.end(), others.begin(), others.end(),
                    [](double a, double b) { return distance(a, b) < kSamePath; });
}

}  // namespace ptqbench::testing
