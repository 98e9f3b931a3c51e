#include "methods/reconstruction/calibrate.h"

#include <torch/types.h>

#include <unordered_map>

#include "methods/kernels/activation_quant.h"
#include "methods/nn/positions.h"
#include "methods/quantizer/range_observer.h"
#include "methods/reconstruction/streams.h"
#include "support/error.h"

namespace ptqbench {
namespace {

constexpr int kFullPrecisionBits = 32;

/// Finds a quantizer for every activation it is handed.
class RangePass : public Pass {
 public:
  RangePass(const MethodSettings& settings, RangeSource source, at::Tensor position_mask)
      : estimator_(range_estimator(settings.activation_range)),
        symmetric_(settings.activation_symmetric),
        source_(source),
        position_mask_(std::move(position_mask)) {}

  at::Tensor weight(const WeightSite& site) override {
    const bool quantized = source_ == RangeSource::kQuantizedNetwork && site.quantized.defined();
    return quantized ? site.quantized : site.value;
  }

  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    const auto y = activate(terms, site.nonlinearity);
    if (site.bits == kFullPrecisionBits) return y;
    try {
      const auto quantizer = find_quantizer(real_positions(y, position_mask_), estimator_,
                                            {site.bits, symmetric_, /*per_channel=*/false});
      found_.emplace(&site, quantizer);
      return source_ == RangeSource::kQuantizedNetwork
                 ? activate_and_quantize({y}, Nonlinearity::kNone, quantizer)
                 : y;
    } catch (const ConfigError& error) {
      throw ConfigError("activation '" + site.name + "': " + error.what());
    }
  }

  const AffineQuantizer& found(const ActivationSite& site) const { return found_.at(&site); }

 private:
  RangeEstimator estimator_;
  bool symmetric_;
  RangeSource source_;
  at::Tensor position_mask_;
  std::unordered_map<const ActivationSite*, AffineQuantizer> found_;
};

}  // namespace

void calibrate_weights(UnitGraph& model, const MethodSettings& settings) {
  const torch::NoGradGuard no_grad;
  const auto estimator = range_estimator(settings.weight_range);
  for (WeightSite* site : model.weight_sites()) {
    if (site->bits == kFullPrecisionBits) continue;
    try {
      site->quantizer =
          find_quantizer(site->value, estimator,
                         {site->bits, settings.weight_symmetric, settings.weight_per_channel});
    } catch (const ConfigError& error) {
      throw ConfigError("weight '" + site->name + "': " + error.what());
    }
    site->quantized = fake_quantize(site->value, *site->quantizer);
  }
}

void calibrate_activations(UnitGraph& model, const MethodSettings& settings, RangeSource source,
                           const Tensors& inputs) {
  const torch::NoGradGuard no_grad;
  RangePass pass(settings, source, model.position_mask(inputs));
  Stream stream(model, inputs);
  const auto units = model.units(Granularity::kBlock);
  for (size_t u = 0; u < units.size(); ++u) {
    stream.push(units[u], model.forward(units[u], stream.inputs(units[u]), pass));
    for (ActivationSite* site : activation_sites(model, units[u])) {
      if (site->bits != kFullPrecisionBits) site->quantizer = pass.found(*site);
    }
  }
}

}  // namespace ptqbench
