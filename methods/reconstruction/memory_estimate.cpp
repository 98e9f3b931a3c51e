#include "methods/reconstruction/memory_estimate.h"

#include <algorithm>
#include <utility>

#include "methods/reconstruction/streams.h"

namespace ptqbench {
namespace {

constexpr double kFloatBytes = 4;
/// Batches that the evaluation's loader holds: the one computed and two ahead.
constexpr double kLoadedBatches = 3;
/// Of a node's output at once in a pass that quantizes: before and after its non-linearity, and
/// quantized.
constexpr int kQuantizedVersions = 3;
/// Copies of a weight while its rounding is learned: integer part, alpha, two moments, soft weight,
/// and gradients of the convolution and for the update.
constexpr double kRoundingCopies = 7;

/// Follows which values are alive while the nodes of a graph run, for one sample.
class LiveValues {
 public:
  LiveValues(const UnitGraph& model, std::vector<int64_t> sizes)
      : model_(model), sizes_(std::move(sizes)), last_reader_(sizes_.size(), 0) {
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

  int64_t elements(const std::vector<ValueId>& ids) const {
    int64_t sum = 0;
    for (const ValueId id : ids) sum += sizes_[index(id)];
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

  /// The same within a unit, whose inputs are held.
  double unit_peak(const Unit& unit, int versions) const {
    double held = bytes(unit.inputs);
    double peak = 0;
    for (size_t n = unit.first; n < unit.last; ++n) {
      const double output = bytes(model_.nodes()[n].outputs);
      peak = std::max(peak, held + versions * output);
      held += output;
    }
    return peak;
  }

  /// Both streams of a sample around a unit, its outputs among them.
  double streams(const Unit& unit) const {
    // The model's inputs are one tensor for both.
    const double before = unit.first == 0 ? 0 : 2 * alive_before(unit.first);
    return before + 2 * bytes(unit.outputs);
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

/// Of the samples that a stream sends through a unit at a time, twice: the allocator keeps what the
/// pieces of one map leave between those of another (a stem at 224 pixels took 1.7 times its maps).
double chunk_bytes(const LiveValues& values, const Unit& unit, double samples) {
  return 2 * std::min(samples, static_cast<double>(stream_chunk(values.elements(unit.inputs)))) *
         values.unit_peak(unit, kQuantizedVersions);
}

/// Streams, and what is beside them, of the noise ratios of held-out samples.
void add_noise_ratios(MemoryEstimate& estimate, const LiveValues& values, const UnitGraph& model,
                      double held_out) {
  const double inputs = held_out * values.bytes(model.inputs());
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    const double streams = held_out * values.streams(unit);
    const double beside = inputs + chunk_bytes(values, unit, held_out);
    estimate.noise_streams = std::max(estimate.noise_streams, streams);
    estimate.beside_noise_streams = std::max(estimate.beside_noise_streams, beside);
  }
}

/// The peak, beside weights and calibration samples, of the other stages before and after
/// reconstruction.
double other_stages(const LiveValues& values, const UnitGraph& model, const Recipe& recipe,
                    const MethodSettings& settings, const MeasuredSamples& measured) {
  const double input = values.bytes(model.inputs());
  const auto batch = static_cast<double>(measured.evaluation_batch);
  const double evaluation =
      batch * (values.forward_peak(kQuantizedVersions) + (kLoadedBatches - 1) * input);
  const double flatness = 2 * static_cast<double>(measured.flatness) * input +
                          batch * values.forward_peak(kQuantizedVersions);
  const double ranges =
      static_cast<double>(std::min(settings.range_samples, settings.calibration_samples)) *
      values.forward_peak(kQuantizedVersions +
                          (recipe.activation_ranges == RangeSource::kQuantizedNetwork ? 1 : 0));
  return std::max({evaluation, flatness, ranges});
}

}  // namespace

double MemoryEstimate::peak_in_memory() const {
  return std::max({streams + beside_streams, noise_streams + beside_noise_streams, other_stages});
}

double MemoryEstimate::peak_with_mapped_streams() const {
  return std::max({beside_streams, beside_noise_streams, other_stages});
}

MemoryEstimate estimate_memory(const UnitGraph& model, const Recipe& recipe,
                               const MethodSettings& settings, const std::vector<int64_t>& sizes,
                               const MeasuredSamples& measured) {
  const LiveValues values(model, sizes);
  const auto samples = static_cast<double>(settings.calibration_samples);
  const double input = values.bytes(model.inputs());
  // Weights in full precision and quantized, and the calibration samples.
  const double always = 2 * weight_bytes(model.weight_sites()) + samples * input;

  MemoryEstimate estimate;
  estimate.other_stages = always + other_stages(values, model, recipe, settings, measured);
  add_noise_ratios(estimate, values, model, static_cast<double>(measured.held_out));
  estimate.beside_noise_streams += always;
  if (recipe.phases.empty()) return estimate;
  for (const Unit& unit : reconstructed_units(model, recipe.granularity, settings.quantize_heads)) {
    const double streams = samples * values.streams(unit);
    const double iteration = static_cast<double>(settings.batch_size) * values.iteration(unit);
    const double beside = always + kRoundingCopies * weight_bytes(weight_sites(model, unit)) +
                          std::max(iteration, chunk_bytes(values, unit, samples));
    if (streams + beside > estimate.streams + estimate.beside_streams) estimate.streams = streams;
    estimate.beside_streams = std::max(estimate.beside_streams, beside);
  }
  return estimate;
}

}  // namespace ptqbench
