#pragma once

#include <set>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A calibrated network in which only one unit is quantized, its weights and the activations that
/// it makes; the rest is in full precision. Switching units needs no further calibration.
class UnitPass : public QuantizedPass {
 public:
  UnitPass(const UnitGraph& model, const Unit& unit);

  at::Tensor weight(const WeightSite& site) override;
  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override;

 private:
  std::set<const WeightSite*> weights_;
  std::set<const ActivationSite*> activations_;
  FullPrecisionPass rest_;
};

/// Whether anything in the unit is to be quantized: a weight or an activation of fewer than 32
/// bits.
bool has_quantized_sites(const UnitGraph& model, const Unit& unit);

}  // namespace ptqbench
