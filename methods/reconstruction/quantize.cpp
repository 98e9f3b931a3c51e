#include "methods/reconstruction/quantize.h"

#include <torch/types.h>

#include <algorithm>

#include "methods/kernels/reconstruction_loss.h"
#include "methods/nn/bit_policy.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/calibrate.h"
#include "methods/reconstruction/streams.h"
#include "methods/support/stopwatch.h"

namespace ptqbench {
namespace {

/// Samples that stream through a unit at a time.
constexpr int64_t kChunk = 64;

double unit_error(const Tensors& outputs, const Tensors& targets, double norm) {
  double error = 0;
  for (size_t i = 0; i < outputs.size(); ++i)
    error += reconstruction_error(outputs[i], targets[i], norm);
  return error;
}

/// Leading `count` samples of each input.
Tensors first_samples(const Tensors& inputs, int64_t count) {
  Tensors slices;
  for (const auto& input : inputs)
    slices.push_back(input.slice(0, 0, std::min(count, input.size(0))));
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

/// One sweep over the units: reconstruct, then push both streams through.
void run_phase(UnitGraph& model, const Phase& phase, Granularity granularity,
               const QuantizationRequest& request, const Tensors& calibration,
               const UnitProgress& progress, std::vector<UnitReport>& reports) {
  Stream quantized(model, calibration);
  Stream full_precision(model, calibration);
  FullPrecisionPass full_precision_pass;
  QuantizedPass preceding_pass(phase.preceding);
  QuantizedPass inside_pass(phase.inside);
  const auto units = model.units(granularity);
  for (size_t u = 0; u < units.size(); ++u) {
    const Unit& unit = units[u];
    UnitData data{quantized.inputs(unit), full_precision.inputs(unit), {}};
    data.targets =
        run_chunked(model, unit, data.full_precision_inputs, full_precision_pass, kChunk);
    if (has_work(unit, phase, model)) {
      progress(phase, unit, u, units.size());
      const Stopwatch watch;
      UnitReport report;
      report.unit = unit.name;
      report.kind = unit.last - unit.first > 1 ? "block" : model.nodes()[unit.first].layer->kind();
      report.phase = phase.name;
      auto error = [&] {
        return unit_error(run_chunked(model, unit, data.quantized_inputs, inside_pass, kChunk),
                          data.targets, phase.norm);
      };
      report.error_before = error();
      PhiloxSource random(request.seed, phase.name + "/" + unit.name);
      report.curve = reconstruct_unit(model, unit, data, phase, request.settings, random);
      report.error_after = error();
      report.seconds = watch.seconds();
      reports.push_back(std::move(report));
    }
    quantized.push(unit, run_chunked(model, unit, data.quantized_inputs, preceding_pass, kChunk));
    full_precision.push(unit, data.targets);
  }
}

bool uses_activation_quantizers(const Phase& phase) {
  return phase.preceding == QuantizedPass::Activations::kQuantized ||
         phase.inside == QuantizedPass::Activations::kQuantized;
}

}  // namespace

QuantizationReport quantize_model(UnitGraph& model, const QuantizationRequest& request,
                                  const Tensors& calibration, const UnitProgress& progress) {
  const Recipe recipe = make_recipe(request.method, request.settings);
  QuantizationReport report;
  assign_bits(model, request.weight_bits, request.activation_bits, request.settings.first_last);
  {
    const Stopwatch watch;
    calibrate_weights(model, request.settings);
    report.seconds["weight_ranges"] = watch.seconds();
  }
  bool activations_calibrated = false;
  auto calibrate = [&] {
    const Stopwatch watch;
    calibrate_activations(model, request.settings, recipe.activation_ranges,
                          first_samples(calibration, request.settings.range_samples));
    report.seconds["activation_ranges"] = watch.seconds();
    activations_calibrated = true;
  };
  if (recipe.activation_ranges == RangeSource::kFullPrecision) calibrate();
  for (const Phase& phase : recipe.phases) {
    if (!activations_calibrated && uses_activation_quantizers(phase)) calibrate();
    const Stopwatch watch;
    run_phase(model, phase, recipe.granularity, request, calibration, progress, report.units);
    report.seconds["reconstruction"] += watch.seconds();
  }
  if (!activations_calibrated) calibrate();
  return report;
}

}  // namespace ptqbench
