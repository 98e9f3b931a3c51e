#include "methods/reconstruction/quantize.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "methods/nn/bit_policy.h"
#include "methods/quantizer/rounding.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/calibrate.h"
#include "methods/reconstruction/streams.h"
#include "support/error.h"
#include "support/process_memory.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

/// Samples [first, last) of each input, as far as there are so many.
Tensors samples(const Tensors& inputs, int64_t first, int64_t last) {
  Tensors slices;
  for (const auto& input : inputs)
    slices.push_back(input.slice(0, first, std::min(last, input.size(0))));
  return slices;
}

/// Whether the phase has something to learn in the unit.
bool has_work(const Unit& unit, const Phase& phase, const UnitGraph& model) {
  const auto quantized = [](const auto* site) { return site->quantizer.has_value(); };
  const auto weights = weight_sites(model, unit);
  const auto activations = activation_sites(model, unit);
  return (phase.learn_rounding && std::any_of(weights.begin(), weights.end(), quantized)) ||
         (phase.learn_steps && std::any_of(activations.begin(), activations.end(), quantized));
}

bool uses_activation_quantizers(const Phase& phase) {
  return phase.preceding == QuantizedPass::Activations::kQuantized ||
         phase.inside == QuantizedPass::Activations::kQuantized;
}

/// Fills in what the phase's rounding did to the unit's weights.
void count_flips(const UnitGraph& model, const Unit& unit, const Phase& phase, UnitReport& report) {
  if (!phase.learn_rounding) return;
  for (const WeightSite* site : weight_sites(model, unit)) {
    if (!site->quantizer) continue;
    report.weights += site->value.numel();
    report.flipped_weights += count_flipped(site->value, site->quantized, *site->quantizer);
  }
}

/// Adds the seconds of its life to a stage of the report.
class StageTimer {
 public:
  StageTimer(QuantizationReport& report, const char* stage) : seconds_(report.seconds[stage]) {}
  ~StageTimer() { seconds_ += watch_.seconds(); }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  double& seconds_;
  Stopwatch watch_;
};

/// Quantizes one model: what its stages share.
class ModelQuantizer {
 public:
  ModelQuantizer(UnitGraph& model, const QuantizationRequest& request, const Recipe& recipe,
                 const Tensors& calibration, const UnitProgress& progress, StreamStorage& storage,
                 UnitCheckpoints& checkpoints, DeviceGroup& group)
      : model_(model),
        request_(request),
        recipe_(recipe),
        calibration_(calibration),
        progress_(progress),
        storage_(storage),
        checkpoints_(checkpoints),
        group_(group),
        share_(share_of(calibration.at(0).size(0), group)) {}

  QuantizationReport run();

 private:
  void calibrate_activations_once();
  std::vector<std::optional<UnitReport>> restore_units(const std::vector<Unit>& units,
                                                       const Phase& phase);
  void run_phase(const Phase& phase);
  void finish_unit(const Unit& unit, const Phase& phase, const UnitData& data,
                   const Tensors& outputs, QuantizedPass& inside);
  UnitReport reconstruct(const Unit& unit, const Phase& phase, const UnitData& data,
                         QuantizedPass& inside);

  UnitGraph& model_;
  const QuantizationRequest& request_;
  const Recipe& recipe_;
  const Tensors& calibration_;
  const UnitProgress& progress_;
  StreamStorage& storage_;
  UnitCheckpoints& checkpoints_;
  DeviceGroup& group_;
  SampleShare share_;
  bool activations_calibrated_ = false;
  QuantizationReport report_;
};

void ModelQuantizer::calibrate_activations_once() {
  if (activations_calibrated_) return;
  const StageTimer timer(report_, "activation_ranges");
  return_freed_memory();
  calibrate_activations(model_, request_.settings, recipe_.activation_ranges,
                        samples(calibration_, 0, request_.settings.range_samples));
  activations_calibrated_ = true;
}

/// Error and weights after the phase are left to the caller.
UnitReport ModelQuantizer::reconstruct(const Unit& unit, const Phase& phase, const UnitData& data,
                                       QuantizedPass& inside) {
  const Stopwatch watch;
  UnitReport report;
  report.unit = unit.name;
  report.kind = unit_kind(model_, unit);
  const Node& node = model_.nodes()[unit.first];
  report.block = node.block.empty() ? unit.name : node.block;
  report.phase = phase.name;
  {
    const StageTimer timer(report_, "unit_errors");
    report.error_before = unit_error(model_, unit, data, inside, phase.norm, group_);
  }
  {
    const StageTimer timer(report_, "reconstruction");
    PhiloxSource random(request_.seed, phase.name + "/" + unit.name);
    report.curve = reconstruct_unit(model_, unit, data, phase, request_.settings, random, group_);
  }
  report.seconds = watch.seconds();
  return report;
}

/// Takes the units as an earlier process left them; none where a member of the group has no state
/// that fits, so that all members compute the same units.
std::vector<std::optional<UnitReport>> ModelQuantizer::restore_units(const std::vector<Unit>& units,
                                                                     const Phase& phase) {
  std::vector<std::optional<UnitState>> states(units.size());
  std::vector<double> usable(units.size(), 0);
  for (size_t u = 0; u < units.size(); ++u) {
    if (!has_work(units[u], phase, model_)) continue;
    states[u] = checkpoints_.load(phase.name, units[u].name);
    const bool fits = states[u] && fits_learned(model_, units[u], phase, states[u]->learned);
    usable[u] = fits ? 1 : 0;
  }
  usable = sum_over(group_, std::move(usable));
  std::vector<std::optional<UnitReport>> reports(units.size());
  for (size_t u = 0; u < units.size(); ++u) {
    if (usable[u] != group_.size()) continue;
    restore_learned(model_, units[u], phase, states[u]->learned);
    reports[u] = std::move(states[u]->report);
  }
  return reports;
}

/// After a reconstruction: the error that is left, the weights that were flipped, and a checkpoint.
void ModelQuantizer::finish_unit(const Unit& unit, const Phase& phase, const UnitData& data,
                                 const Tensors& outputs, QuantizedPass& inside) {
  UnitReport& report = report_.units.back();
  {
    const StageTimer timer(report_, "unit_errors");
    report.error_after = phase.inside == phase.preceding
                             ? outputs_error(outputs, data, phase.norm, group_)
                             : unit_error(model_, unit, data, inside, phase.norm, group_);
  }
  count_flips(model_, unit, phase, report);
  if (!group_.leads()) return;
  const StageTimer timer(report_, "checkpoints");
  checkpoints_.save({learned_tensors(model_, unit, phase), report});
}

/// One sweep over the units: reconstruct, then push both streams through, as far as there is a unit
/// to reconstruct.
void ModelQuantizer::run_phase(const Phase& phase) {
  return_freed_memory();
  const auto held = samples(calibration_, share_.first, share_.last);
  Stream quantized(model_, held);
  Stream full_precision(model_, held);
  FullPrecisionPass full_precision_pass;
  QuantizedPass preceding(phase.preceding);
  QuantizedPass inside(phase.inside);
  const auto units = model_.units(recipe_.granularity);
  const auto restored = restore_units(units, phase);
  const auto to_compute = [&](size_t u) {
    return !restored[u] && has_work(units[u], phase, model_);
  };
  size_t end = units.size();
  while (end > 0 && !to_compute(end - 1)) --end;
  for (size_t u = 0; u < units.size(); ++u) {
    if (restored[u]) {
      report_.units.push_back(*restored[u]);
      ++report_.restored_units;
    }
    if (u >= end) continue;
    const Unit& unit = units[u];
    // Its maps have other sizes than those before it, which would not fit into their places.
    return_freed_memory();
    UnitData data{quantized.inputs(unit),
                  full_precision.inputs(unit),
                  {},
                  model_.position_mask(calibration_),
                  share_};
    {
      const StageTimer timer(report_, "streams");
      data.targets =
          run_unit(model_, unit, data.full_precision_inputs, full_precision_pass, storage_);
    }
    const bool compute = to_compute(u);
    if (compute) {
      progress_(phase, unit, u, units.size());
      report_.units.push_back(reconstruct(unit, phase, data, inside));
    }
    Tensors outputs;
    {
      const StageTimer timer(report_, "streams");
      outputs = run_unit(model_, unit, data.quantized_inputs, preceding, storage_);
    }
    share_choices(model_, unit, data.targets, outputs);
    if (compute) finish_unit(unit, phase, data, outputs, inside);
    quantized.push(unit, outputs);
    full_precision.push(unit, data.targets);
  }
}

QuantizationReport ModelQuantizer::run() {
  assign_bits(model_, request_.bits,
              {request_.settings.first_last, request_.settings.quantize_heads});
  {
    const StageTimer timer(report_, "weight_ranges");
    calibrate_weights(model_, request_.settings);
  }
  if (recipe_.activation_ranges == RangeSource::kFullPrecision) calibrate_activations_once();
  for (const Phase& phase : recipe_.phases) {
    if (uses_activation_quantizers(phase)) calibrate_activations_once();
    run_phase(phase);
  }
  calibrate_activations_once();
  return std::move(report_);
}

}  // namespace

QuantizationReport quantize_model(UnitGraph& model, const QuantizationRequest& request,
                                  const Tensors& calibration, const UnitProgress& progress,
                                  StreamStorage& storage, UnitCheckpoints& checkpoints,
                                  DeviceGroup& group) {
  const int64_t count = calibration.at(0).size(0);
  if (count < group.size()) {
    throw ConfigError(fmt::format("{} calibration sample(s) cannot be shared by {} devices", count,
                                  group.size()));
  }
  const Recipe recipe = make_recipe(request.method, request.settings);
  return ModelQuantizer(model, request, recipe, calibration, progress, storage, checkpoints, group)
      .run();
}

}  // namespace ptqbench
