#include "methods/reconstruction/memory_estimate.h"

#include <algorithm>

#include "methods/nn/value_sizes.h"

namespace ptqbench {
namespace {

constexpr double kFloatBytes = 4;
/// Batches that the evaluation's loader holds: the one computed and two ahead.
constexpr double kLoadedBatches = 3;
/// Copies of a weight while its rounding is learned: integer part, alpha, two moments, soft weight,
/// and gradients of the convolution and for the update.
constexpr double kRoundingCopies = 7;

/// Follows which values are alive while the nodes of a graph run, for one sample.
class LiveValues {
 public:
  explicit LiveValues(const UnitGraph& model, const Tensors& one_sample)
      : model_(model), sizes_(value_sizes(model, one_sample)), last_reader_(sizes_.size(), 0) {
    for (size_t n = 0; n < model.nodes().size(); ++n) {
      for (const ValueId id : model.nodes()[n].inputs) last_reader_[index(id)] = n;
    }
    for (const ValueId id : model.outputs()) last_reader_[index(id)] = model.nodes().size();
  }

  double bytes(const std::vector<ValueId>& ids) const {
    double sum = 0;
    for (const ValueId id : ids) sum += kFloatBytes * static_cast<double>(sizes_[index(id)]);
    return sum;
  }

  /// Values produced before node `first` and read by it or a later one.
  double alive_before(size_t first) const {
    double sum = 0;
    for (const ValueId id : model_.inputs()) sum += alive(id, first);
    for (size_t n = 0; n < first; ++n) {
      for (const ValueId id : model_.nodes()[n].outputs) sum += alive(id, first);
    }
    return sum;
  }

  /// Peak of a forward pass in which a node's output exists in so many versions at once (before and
  /// after its non-linearity, quantized).
  double forward_peak(int versions) const {
    double peak = 0;
    for (size_t n = 0; n < model_.nodes().size(); ++n)
      peak = std::max(peak, alive_before(n) + versions * bytes(model_.nodes()[n].outputs));
    return peak;
  }

  /// What autograd and the fused passes hold in one iteration of a unit: its inputs, every node's
  /// output before and after the non-linearity, and the gradients of the largest node.
  double iteration(const Unit& unit) const {
    double held = bytes(unit.inputs);
    double largest = 0;
    for (size_t n = unit.first; n < unit.last; ++n) {
      const double output = bytes(model_.nodes()[n].outputs);
      held += 2 * output;
      largest = std::max(largest, output);
    }
    return held + 2 * largest;
  }

 private:
  static size_t index(ValueId id) { return static_cast<size_t>(id); }
  double alive(ValueId id, size_t node) const {
    return last_reader_[index(id)] >= node ? bytes({id}) : 0;
  }

  const UnitGraph& model_;
  std::vector<int64_t> sizes_;
  std::vector<size_t> last_reader_;
};

/// The units that a reconstruction goes through: up to the last that has something to quantize.
std::vector<Unit> reconstructed_units(const UnitGraph& model, Granularity granularity,
                                      bool quantize_heads) {
  const auto may_learn = [&](const auto* site) { return quantize_heads || !site->head; };
  auto units = model.units(granularity);
  while (!units.empty()) {
    const auto weights = weight_sites(model, units.back());
    const auto activations = activation_sites(model, units.back());
    if (std::any_of(weights.begin(), weights.end(), may_learn) ||
        std::any_of(activations.begin(), activations.end(), may_learn))
      break;
    units.pop_back();
  }
  return units;
}

double weight_bytes(const std::vector<WeightSite*>& sites) {
  double sum = 0;
  for (const WeightSite* site : sites)
    sum += kFloatBytes * static_cast<double>(site->value.numel());
  return sum;
}

}  // namespace

double MemoryEstimate::peak_in_memory() const {
  return std::max(streams + beside_streams, other_stages);
}

double MemoryEstimate::peak_with_mapped_streams() const {
  return std::max(beside_streams, other_stages);
}

MemoryEstimate estimate_memory(const UnitGraph& model, const Recipe& recipe,
                               const MethodSettings& settings, const Tensors& one_sample,
                               int64_t evaluation_batch) {
  const LiveValues values(model, one_sample);
  const auto samples = static_cast<double>(settings.calibration_samples);
  const double calibration = samples * values.bytes(model.inputs());
  // Full precision and quantized.
  const double weights = 2 * weight_bytes(model.weight_sites());

  MemoryEstimate estimate;
  const double evaluation =
      static_cast<double>(evaluation_batch) *
      (values.forward_peak(2) + (kLoadedBatches - 1) * values.bytes(model.inputs()));
  const double ranges =
      static_cast<double>(std::min(settings.range_samples, settings.calibration_samples)) *
      values.forward_peak(recipe.activation_ranges == RangeSource::kQuantizedNetwork ? 3 : 2);
  estimate.other_stages = weights + calibration + std::max(evaluation, ranges);

  if (recipe.phases.empty()) return estimate;
  for (const Unit& unit : reconstructed_units(model, recipe.granularity, settings.quantize_heads)) {
    // The model's inputs are one tensor for both streams, and the caller's.
    const double before = unit.first == 0 ? 0 : 2 * values.alive_before(unit.first);
    const double streams = samples * (before + 2 * values.bytes(unit.outputs));
    const double beside = weights + calibration +
                          kRoundingCopies * weight_bytes(weight_sites(model, unit)) +
                          static_cast<double>(settings.batch_size) * values.iteration(unit);
    if (streams + beside > estimate.streams + estimate.beside_streams) estimate.streams = streams;
    estimate.beside_streams = std::max(estimate.beside_streams, beside);
  }
  return estimate;
}

}  // namespace ptqbench
