#include "methods/quantizer/candidate_rating.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "methods/kernels/cpu/quantization_error.h"

namespace ptqbench {
namespace {

constexpr size_t kMostKept = 16;
/// With so few points candidates may hit all of them to the last bit, where only their own
/// arithmetic tells which is better; and rating each by itself is quick.
constexpr int64_t kFewPoints = 16;
/// What the ends cut off is a smooth function of the distance: this many bins do.
constexpr double kClipBins = 8192;

struct Rated {
  size_t candidate;
  double error;
  /// Least error that the data may have.
  double least;
};

/// Candidates of one scale by ascending position of the least level.
struct Grid {
  float scale;
  std::vector<size_t> candidates;
  /// The least level of each, in multiples of the scale.
  std::vector<double> first;
};

std::vector<Grid> grids_of(const std::vector<TrialQuantizer>& candidates, IntegerRange range) {
  // Scales of one width differ in the last bits, those of different widths by 1 % or more.
  constexpr float kSameScale = 1e-5F;
  std::vector<Grid> grids;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto& q = candidates[i];
    const bool same =
        !grids.empty() && std::abs(q.scale - grids.back().scale) <= kSameScale * q.scale &&
        std::abs(q.zero_point - candidates[grids.back().candidates.front()].zero_point) <=
            static_cast<float>(range.steps());
    if (!same) grids.push_back({q.scale, {}, {}});
    grids.back().candidates.push_back(i);
  }
  const auto minimum = static_cast<double>(range.minimum);
  const auto below = [&](size_t a, size_t b) {
    return candidates[a].zero_point > candidates[b].zero_point;
  };
  for (auto& grid : grids) {
    // The usual order of candidates is by ascending zero point.
    std::reverse(grid.candidates.begin(), grid.candidates.end());
    if (!std::is_sorted(grid.candidates.begin(), grid.candidates.end(), below))
      std::sort(grid.candidates.begin(), grid.candidates.end(), below);
    grid.first.reserve(grid.candidates.size());
    for (const size_t i : grid.candidates) grid.first.push_back(minimum - candidates[i].zero_point);
  }
  std::stable_sort(grids.begin(), grids.end(),
                   [](const Grid& a, const Grid& b) { return a.scale > b.scale; });
  return grids;
}

class Rating {
 public:
  Rating(const WeightedPoints& points, IntegerRange range)
      : points_(points),
        steps_(range.steps()),
        errors_(points.value.size()),
        interval_(points.value.size()) {
    const double full = static_cast<double>(points.value.back()) - points.value.front();
    if (points.spacing > 0 && full / kClipBins > 1.5 * points.spacing)
      merged_ = merged_points(points, full / kClipBins);
    double weight = 0;
    for (const float w : points.weight) weight += w;
    // Levels and data are floats: 2^-22 of the greatest value covers the rounding of their
    // difference. Values round independently.
    const double noise =
        std::max(std::abs(points.value.front()), std::abs(points.value.back())) * 0x1p-22;
    floor_ = weight * std::pow(noise, 2.4);
    rounding_tolerance_ = 1e-5 + 1e-3 / std::sqrt(weight);
  }

  /// A first bound: the candidate that cuts off about as much at either end.
  void rate_balanced(const Grid& grid) {
    size_t begin = 0;
    size_t end = grid.first.size() - 1;
    while (begin < end) {
      const size_t middle = (begin + end) / 2;
      if (below(grid, middle) < above(grid, middle)) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    sum_intervals(grid, grid.first[begin], steps_);
    const double error = below(grid, begin) + above(grid, begin) + cumulative_.back();
    bound_ = std::min(bound_, greatest(grid, error));
  }

  void rate(const Grid& grid) {
    const double limit = (bound_ + floor_) / (1 - tolerance(grid));
    clipped_.resize(grid.first.size());
    size_t end = 0;
    for (; end < grid.first.size(); ++end) {
      clipped_[end] = below(grid, end);
      if (clipped_[end] > limit) break;
    }
    size_t begin = end;
    while (begin > 0) {
      const double high = above(grid, begin - 1);
      if (high > limit) break;
      clipped_[--begin] += high;
    }
    // What remains is where either end may do; narrow it to where they may together.
    while (begin < end && clipped_[begin] > limit) ++begin;
    size_t last = end;
    while (begin < last && clipped_[last - 1] > limit) --last;
    if (begin == last) return;

    const double origin = grid.first[begin];
    sum_intervals(grid, origin, static_cast<int64_t>(grid.first[last - 1] - origin) + steps_);
    for (size_t i = begin; i < last; ++i) {
      const auto start = static_cast<size_t>(grid.first[i] - origin);
      const double error =
          clipped_[i] + cumulative_[start + static_cast<size_t>(steps_)] - cumulative_[start];
      if (error > limit) continue;
      bound_ = std::min(bound_, greatest(grid, error));
      rated_.push_back({grid.candidates[i], error, error * (1 - tolerance(grid)) - floor_});
    }
  }

  /// What could not be ruled out.
  std::vector<Rated> kept() const {
    std::vector<Rated> kept;
    std::copy_if(rated_.begin(), rated_.end(), std::back_inserter(kept),
                 [&](const Rated& r) { return r.least <= bound_; });
    return kept;
  }

 private:
  /// How far, relatively, the error on the points may be from that on the data. Bins sample the
  /// error at points `spacing` apart; as it repeats with every step and has a kink in each, this
  /// differs from its mean by less than (spacing / scale)^2.
  double tolerance(const Grid& grid) const {
    const double ratio = points_.spacing / grid.scale;
    return std::min(rounding_tolerance_ + ratio * ratio, 0.5);
  }

  double greatest(const Grid& grid, double error) const {
    return error * (1 + tolerance(grid)) + floor_;
  }

  const WeightedPoints& clip_points() const { return merged_.value.empty() ? points_ : merged_; }

  /// What the least level of candidate `i` cuts off.
  double below(const Grid& grid, size_t i) const {
    const auto& points = clip_points();
    const auto level = static_cast<float>(grid.first[i] * grid.scale);
    const auto n =
        std::lower_bound(points.value.begin(), points.value.end(), level) - points.value.begin();
    return cpu::distance_sum(points.value.data(), points.weight.data(), n, level);
  }

  /// What the greatest level of candidate `i` cuts off.
  double above(const Grid& grid, size_t i) const {
    const auto& points = clip_points();
    const auto level =
        static_cast<float>((grid.first[i] + static_cast<double>(steps_)) * grid.scale);
    const auto start =
        std::upper_bound(points.value.begin(), points.value.end(), level) - points.value.begin();
    return cpu::distance_sum(points.value.data() + start, points.weight.data() + start,
                             points.size() - start, level);
  }

  /// Sets cumulative_[k] to the rounding errors of the points in the first k of `intervals`
  /// intervals from the level `first` on.
  void sum_intervals(const Grid& grid, double first, int64_t intervals) {
    const auto& value = points_.value;
    const auto low = static_cast<float>(first * grid.scale);
    const auto high = static_cast<float>((first + static_cast<double>(intervals)) * grid.scale);
    const auto begin = std::lower_bound(value.begin(), value.end(), low) - value.begin();
    const auto end = std::upper_bound(value.begin(), value.end(), high) - value.begin();
    cumulative_.assign(static_cast<size_t>(intervals) + 1, 0.0);
    if (end <= begin) return;
    cpu::rounding_errors(value.data() + begin, points_.weight.data() + begin, end - begin,
                         grid.scale, static_cast<float>(first), static_cast<int32_t>(intervals),
                         errors_.data(), interval_.data());
    double* sums = cumulative_.data() + 1;
    for (size_t i = 0; i < static_cast<size_t>(end - begin); ++i) sums[interval_[i]] += errors_[i];
    std::partial_sum(cumulative_.begin(), cumulative_.end(), cumulative_.begin());
  }

  const WeightedPoints& points_;
  WeightedPoints merged_;
  int64_t steps_;
  double floor_ = 0;
  double rounding_tolerance_ = 0;
  /// The error of the best candidate is at most this.
  double bound_ = std::numeric_limits<double>::infinity();
  std::vector<Rated> rated_;
  /// What both ends of a grid's candidates cut off.
  std::vector<double> clipped_;
  std::vector<double> cumulative_;
  std::vector<float> errors_;
  std::vector<int32_t> interval_;
};

std::vector<Rated> rated_singly(const WeightedPoints& points,
                                const std::vector<TrialQuantizer>& candidates, IntegerRange range) {
  std::vector<Rated> rated;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const double error = cpu::quantization_error(
        points.value.data(), points.weight.data(), points.size(), candidates[i].scale,
        candidates[i].zero_point, static_cast<float>(range.minimum),
        static_cast<float>(range.maximum));
    rated.push_back({i, error, error});
  }
  return rated;
}

std::vector<Rated> rated_by_grids(const WeightedPoints& points,
                                  const std::vector<TrialQuantizer>& candidates,
                                  IntegerRange range) {
  const auto grids = grids_of(candidates, range);
  Rating rating(points, range);
  // Scales about sqrt(2) apart first: afterwards most can be ruled out early.
  float next = std::numeric_limits<float>::infinity();
  for (const auto& grid : grids) {
    if (grid.scale > next) continue;
    rating.rate_balanced(grid);
    next = grid.scale * 0.7F;
  }
  for (const auto& grid : grids) rating.rate(grid);
  return rating.kept();
}

}  // namespace

std::vector<size_t> best_rated(const WeightedPoints& points,
                               const std::vector<TrialQuantizer>& candidates, IntegerRange range) {
  auto rated = points.size() <= kFewPoints ? rated_singly(points, candidates, range)
                                           : rated_by_grids(points, candidates, range);
  const size_t count = std::min(kMostKept, rated.size());
  std::partial_sort(rated.begin(), rated.begin() + static_cast<std::ptrdiff_t>(count), rated.end(),
                    [](const Rated& a, const Rated& b) {
                      return a.error < b.error || (a.error == b.error && a.candidate < b.candidate);
                    });
  std::vector<size_t> best;
  for (size_t i = 0; i < count; ++i) best.push_back(rated[i].candidate);
  std::sort(best.begin(), best.end());
  return best;
}

}  // namespace ptqbench
