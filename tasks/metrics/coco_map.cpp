#include "tasks/metrics/coco_map.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

namespace ptqbench {
namespace {

constexpr size_t kThresholds = 10;
constexpr size_t kRecalls = 101;
constexpr size_t kHalf = 0;
constexpr size_t kThreeQuarters = 5;
constexpr std::array<size_t, 3> kMaxDetections = {1, 10, 100};
/// Position of the largest.
constexpr size_t kMost = 2;

struct AreaRange {
  double least;
  double most;

  bool has(double area) const { return area >= least && area <= most; }
};
constexpr std::array<AreaRange, 4> kAreas = {
    {{0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}}};
constexpr size_t kAllAreas = 0;

/// `count` even steps from `first` to `last`; rounded like NumPy's linspace, as it matters whether
/// a recall of 29 of 100 reaches the threshold .29.
template <size_t count>
std::array<double, count> even_steps(double first, double last) {
  const double step = (last - first) / static_cast<double>(count - 1);
  std::array<double, count> values;
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<double>(i) * step + first;
  values.back() = last;
  return values;
}

/// Of one category in one image.
struct Case {
  std::vector<CocoObject> objects;
  /// Best first, no more than the most that count.
  std::vector<CocoDetection> detections;
  /// [detections][objects]
  std::vector<std::vector<double>> overlaps;
};
using Cases = std::vector<Case>;

double box_area(const CocoBox& box) { return box.width * box.height; }

/// Intersection over union; of a crowd, which a detection need not fill, over the detection.
double overlap(const CocoBox& detection, const CocoObject& object) {
  const CocoBox& other = object.box;
  const double width = std::min(detection.x + detection.width, other.x + other.width) -
                       std::max(detection.x, other.x);
  const double height = std::min(detection.y + detection.height, other.y + other.height) -
                        std::max(detection.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height;
  const double whole =
      object.crowd ? box_area(detection) : box_area(detection) + box_area(other) - common;
  return common / whole;
}

/// Sorts equal scores by position, as COCOeval does.
template <class Scored>
void sort_by_score(std::vector<Scored>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Scored& a, const Scored& b) { return a.score > b.score; });
}

void finish(Case& one) {
  sort_by_score(one.detections);
  if (one.detections.size() > kMaxDetections[kMost]) one.detections.resize(kMaxDetections[kMost]);
  for (const auto& detection : one.detections) {
    std::vector<double> row;
    for (const auto& object : one.objects) row.push_back(overlap(detection.box, object));
    one.overlaps.push_back(std::move(row));
  }
}

/// Cases with anything in them, by category (ascending ids), each by image (ascending ids).
std::vector<Cases> make_cases(const CocoAnnotations& truth,
                              const std::vector<CocoDetection>& detections) {
  std::map<int64_t, std::map<int64_t, Case>> cases;
  std::map<int64_t, bool> is_image;
  for (const auto& category : truth.categories) cases[category.id];
  for (const auto& image : truth.images) is_image[image.id] = true;
  for (const auto& object : truth.objects)
    cases.at(object.category_id)[object.image_id].objects.push_back(object);
  for (const auto& detection : detections) {
    const auto category = cases.find(detection.category_id);
    if (category != cases.end() && is_image.count(detection.image_id) > 0)
      category->second[detection.image_id].detections.push_back(detection);
  }
  std::vector<Cases> all;
  for (auto& [category, by_image] : cases) {
    all.emplace_back();
    for (auto& [image, one] : by_image) {
      finish(one);
      all.back().push_back(std::move(one));
    }
  }
  return all;
}

/// What became of a detection at each threshold.
struct Outcome {
  double score = 0;
  /// Among its image's, from 0.
  size_t rank = 0;
  std::array<bool, kThresholds> found = {};
  std::array<bool, kThresholds> ignored = {};
};

/// The order in which detections look at objects: those that count first.
struct Candidates {
  Candidates(const Case& one, const AreaRange& range) {
    for (const auto& object : one.objects)
      ignored.push_back(object.crowd || !range.has(object.area));
    order.resize(one.objects.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_partition(order.begin(), order.end(), [&](size_t i) { return !ignored[i]; });
  }

  /// By object.
  std::vector<bool> ignored;
  std::vector<size_t> order;
};

/// The object that a detection takes: the free one (a crowd always is) with the largest overlap,
/// the last of equal ones, of those that count if any reaches the threshold.
std::optional<size_t> best_object(const Case& one, const Candidates& candidates,
                                  const std::vector<double>& overlaps,
                                  const std::vector<bool>& taken, double threshold) {
  double least = std::min(threshold, 1 - 1e-10);
  std::optional<size_t> best;
  for (const size_t i : candidates.order) {
    if (best && !candidates.ignored[*best] && candidates.ignored[i]) break;
    if ((taken[i] && !one.objects[i].crowd) || overlaps[i] < least) continue;
    least = overlaps[i];
    best = i;
  }
  return best;
}

std::vector<Outcome> match(const Case& one, const AreaRange& range) {
  static const auto kIous = even_steps<kThresholds>(0.5, 0.95);
  const Candidates candidates(one, range);
  std::vector<Outcome> outcomes(one.detections.size());
  for (size_t t = 0; t < kThresholds; ++t) {
    std::vector<bool> taken(one.objects.size());
    for (size_t d = 0; d < one.detections.size(); ++d) {
      const auto object = best_object(one, candidates, one.overlaps[d], taken, kIous[t]);
      if (object) taken[*object] = true;
      outcomes[d].found[t] = object.has_value();
      outcomes[d].ignored[t] =
          object ? candidates.ignored[*object] : !range.has(box_area(one.detections[d].box));
    }
  }
  for (size_t d = 0; d < outcomes.size(); ++d) {
    outcomes[d].score = one.detections[d].score;
    outcomes[d].rank = d;
  }
  return outcomes;
}

size_t countable_objects(const Cases& cases, const AreaRange& range) {
  size_t count = 0;
  for (const Case& one : cases) {
    count += static_cast<size_t>(std::count_if(
        one.objects.begin(), one.objects.end(),
        [&](const CocoObject& object) { return !object.crowd && range.has(object.area); }));
  }
  return count;
}

/// At one threshold.
struct Curve {
  /// With all detections.
  double recall = 0;
  /// The best at each recall or a larger one.
  std::array<double, kRecalls> precision = {};
};

/// `outcomes` of all images, best first; those of rank `max_detections` and beyond do not count.
Curve make_curve(const std::vector<Outcome>& outcomes, size_t max_detections, size_t threshold,
                 size_t objects) {
  static const auto kRecallSteps = even_steps<kRecalls>(0, 1);
  std::vector<double> recalls;
  std::vector<double> precisions;
  double found = 0;
  double wrong = 0;
  for (const Outcome& outcome : outcomes) {
    if (outcome.rank >= max_detections) continue;
    if (!outcome.ignored[threshold]) (outcome.found[threshold] ? found : wrong) += 1;
    recalls.push_back(found / static_cast<double>(objects));
    precisions.push_back(found / (found + wrong + std::numeric_limits<double>::epsilon()));
  }
  for (size_t i = precisions.size(); i > 1; --i)
    precisions[i - 2] = std::max(precisions[i - 2], precisions[i - 1]);
  Curve curve;
  if (!recalls.empty()) curve.recall = recalls.back();
  for (size_t i = 0; i < kRecalls; ++i) {
    const auto reached = std::lower_bound(recalls.begin(), recalls.end(), kRecallSteps[i]);
    if (reached == recalls.end()) break;
    curve.precision[i] = precisions[static_cast<size_t>(reached - recalls.begin())];
  }
  return curve;
}

using Curves = std::array<Curve, kThresholds>;

/// For each most detections; none when there is nothing to find.
using CategoryCurves = std::optional<std::array<Curves, kMaxDetections.size()>>;

CategoryCurves make_curves(const Cases& cases, const AreaRange& range) {
  const size_t objects = countable_objects(cases, range);
  if (objects == 0) return std::nullopt;
  std::vector<Outcome> outcomes;
  for (const Case& one : cases) {
    const auto some = match(one, range);
    outcomes.insert(outcomes.end(), some.begin(), some.end());
  }
  sort_by_score(outcomes);
  std::array<Curves, kMaxDetections.size()> curves;
  for (size_t most = 0; most < kMaxDetections.size(); ++most) {
    for (size_t t = 0; t < kThresholds; ++t)
      curves[most][t] = make_curve(outcomes, kMaxDetections[most], t, objects);
  }
  return curves;
}

class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  /// -1: of nothing.
  double value() const { return count_ == 0 ? -1 : sum_ / static_cast<double>(count_); }

 private:
  double sum_ = 0;
  size_t count_ = 0;
};

void add_precisions(Mean& mean, const Curve& curve) {
  for (const double precision : curve.precision) mean.add(precision);
}

double average_precision(const std::vector<CategoryCurves>& categories) {
  Mean mean;
  for (const auto& curves : categories) {
    if (!curves) continue;
    for (const Curve& curve : (*curves)[kMost]) add_precisions(mean, curve);
  }
  return mean.value();
}

double average_precision_at(const std::vector<CategoryCurves>& categories, size_t threshold) {
  Mean mean;
  for (const auto& curves : categories) {
    if (curves) add_precisions(mean, (*curves)[kMost][threshold]);
  }
  return mean.value();
}

double average_recall(const std::vector<CategoryCurves>& categories, size_t most) {
  Mean mean;
  for (const auto& curves : categories) {
    if (!curves) continue;
    for (const Curve& curve : (*curves)[most]) mean.add(curve.recall);
  }
  return mean.value();
}

}  // namespace

CocoMap coco_map(const CocoAnnotations& truth, const std::vector<CocoDetection>& detections) {
  const auto cases = make_cases(truth, detections);
  std::array<std::vector<CategoryCurves>, kAreas.size()> by_area;
  for (size_t area = 0; area < kAreas.size(); ++area) {
    for (const Cases& category : cases)
      by_area[area].push_back(make_curves(category, kAreas[area]));
  }
  const auto& all = by_area[kAllAreas];
  CocoMap map;
  map.ap = average_precision(all);
  map.ap50 = average_precision_at(all, kHalf);
  map.ap75 = average_precision_at(all, kThreeQuarters);
  map.ap_small = average_precision(by_area[1]);
  map.ap_medium = average_precision(by_area[2]);
  map.ap_large = average_precision(by_area[3]);
  map.ar1 = average_recall(all, 0);
  map.ar10 = average_recall(all, 1);
  map.ar100 = average_recall(all, kMost);
  map.ar_small = average_recall(by_area[1], kMost);
  map.ar_medium = average_recall(by_area[2], kMost);
  map.ar_large = average_recall(by_area[3], kMost);
  for (const auto& curves : all) map.category_ap.push_back(average_precision({curves}));
  return map;
}

}  // namespace ptqbench
