#include "methods/analysis/unit_pass.h"

#include <algorithm>

namespace ptqbench {
namespace {

constexpr int kFullPrecisionBits = 32;

}  // namespace

UnitPass::UnitPass(const UnitGraph& model, const Unit& unit)
    : QuantizedPass(Activations::kQuantized) {
  for (const WeightSite* site : weight_sites(model, unit)) weights_.insert(site);
  for (const ActivationSite* site : activation_sites(model, unit)) activations_.insert(site);
}

at::Tensor UnitPass::weight(const WeightSite& site) {
  return weights_.count(&site) != 0 ? QuantizedPass::weight(site) : rest_.weight(site);
}

at::Tensor UnitPass::activation(const ActivationSite& site, const ActivationTerms& terms) {
  return activations_.count(&site) != 0 ? QuantizedPass::activation(site, terms)
                                        : rest_.activation(site, terms);
}

bool has_quantized_sites(const UnitGraph& model, const Unit& unit) {
  const auto quantized = [](const auto* site) { return site->bits != kFullPrecisionBits; };
  const auto weights = weight_sites(model, unit);
  const auto activations = activation_sites(model, unit);
  return std::any_of(weights.begin(), weights.end(), quantized) ||
         std::any_of(activations.begin(), activations.end(), quantized);
}

}  // namespace ptqbench
