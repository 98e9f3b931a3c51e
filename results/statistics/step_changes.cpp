#include "results/statistics/step_changes.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "results/statistics/moments.h"

namespace ptqbench::statistics {
namespace {

struct Place {
  std::size_t place = 0;
  double clarity = 0;
};

/// The place where the means of both sides differ most, in units of their standard error at equal
/// variance. `sum` is that of all values.
Place clearest_place(const std::vector<double>& values, double sum, std::size_t shortest) {
  const auto count = static_cast<double>(values.size());
  Place clearest;
  double sum_before = 0;
  for (std::size_t i = 1; i + shortest <= values.size(); ++i) {
    sum_before += values[i - 1];
    if (i < shortest) continue;
    const auto before = static_cast<double>(i);
    const double deviation = std::abs(sum_before - sum * before / count);
    const double clarity = deviation / std::sqrt(before * (count - before) / count);
    if (clarity > clearest.clarity) clearest = {i, clarity};
  }
  return clearest;
}

/// How often a random order has as clear a step.
double permutation_p(std::vector<double> values, double sum, double clarity,
                     const StepSearch& search) {
  // Sums in another order are off by rounding, which must not make equal orders differ.
  const double at_least = clarity * (1 - 1e-9);
  std::mt19937_64 random(search.seed);
  int64_t as_clear = 0;
  for (int64_t i = 0; i < search.permutations; ++i) {
    // Not std::shuffle, whose orders differ between libraries.
    for (std::size_t last = values.size() - 1; last > 0; --last)
      std::swap(values[last], values[random() % (last + 1)]);
    if (clearest_place(values, sum, search.shortest).clarity >= at_least) ++as_clear;
  }
  return static_cast<double>(1 + as_clear) / static_cast<double>(1 + search.permutations);
}

/// Adds the steps of the values from `begin` to `end`, in order.
void add_steps(const std::vector<double>& all, std::size_t begin, std::size_t end,
               const StepSearch& search, std::vector<StepChange>& steps) {
  if (end - begin < 2 * search.shortest) return;
  std::vector<double> values(all.begin() + static_cast<std::ptrdiff_t>(begin),
                             all.begin() + static_cast<std::ptrdiff_t>(end));
  // Around one of them, so that values without a difference leave no rounding behind.
  const double centre = values.front();
  double sum = 0;
  for (double& value : values) sum += (value -= centre);
  const Place clearest = clearest_place(values, sum, search.shortest);
  if (!(clearest.clarity > 0)) return;
  const double p = permutation_p(values, sum, clearest.clarity, search);
  if (p > search.alpha) return;
  const std::size_t place = begin + clearest.place;
  add_steps(all, begin, place, search, steps);
  steps.push_back({place, 0, 0, p});
  add_steps(all, place, end, search, steps);
}

double mean_of(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  return mean({values.begin() + static_cast<std::ptrdiff_t>(begin),
               values.begin() + static_cast<std::ptrdiff_t>(end)});
}

}  // namespace

std::vector<StepChange> find_step_changes(const std::vector<double>& values,
                                          const StepSearch& search) {
  std::vector<StepChange> steps;
  add_steps(values, 0, values.size(), search, steps);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : steps[i - 1].place;
    const std::size_t end = i + 1 == steps.size() ? values.size() : steps[i + 1].place;
    steps[i].before = mean_of(values, begin, steps[i].place);
    steps[i].after = mean_of(values, steps[i].place, end);
  }
  return steps;
}

}  // namespace ptqbench::statistics
