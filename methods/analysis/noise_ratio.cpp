#include "methods/analysis/noise_ratio.h"

#include <torch/types.h>

#include <cmath>

#include "methods/nn/positions.h"
#include "methods/reconstruction/streams.h"

namespace ptqbench {
namespace {

double energy(const at::Tensor& x) { return x.square().sum(at::kDouble).item<double>(); }

}  // namespace

void NoiseRatio::add(const Tensors& full_precision, const Tensors& quantized) {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < full_precision.size(); ++i) {
    signal_ += energy(full_precision[i]);
    noise_ += energy(full_precision[i] - quantized.at(i));
  }
}

double NoiseRatio::decibels() const { return 10 * std::log10(signal_ / noise_); }

std::vector<UnitNoise> unit_noise(const UnitGraph& model, const Tensors& inputs,
                                  StreamStorage& storage) {
  FullPrecisionPass full_precision_pass;
  QuantizedPass quantized_pass(QuantizedPass::Activations::kQuantized);
  Stream full_precision(model, inputs);
  Stream quantized(model, inputs);
  const auto mask = model.position_mask(inputs);
  std::vector<UnitNoise> all;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    const auto target =
        run_unit(model, unit, full_precision.inputs(unit), full_precision_pass, storage);
    auto output = run_unit(model, unit, quantized.inputs(unit), quantized_pass, storage);
    NoiseRatio ratio;
    bool measured = false;
    for (size_t i = 0; i < target.size(); ++i) {
      if (model.is_choice(unit.outputs[i])) continue;
      ratio.add({real_positions(target[i], mask)}, {real_positions(output[i], mask)});
      measured = true;
    }
    if (measured) all.push_back({unit.name, unit_kind(model, unit), ratio.decibels()});
    share_choices(model, unit, target, output);
    full_precision.push(unit, target);
    quantized.push(unit, output);
  }
  return all;
}

}  // namespace ptqbench
