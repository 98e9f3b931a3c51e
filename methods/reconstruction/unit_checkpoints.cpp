#include "methods/reconstruction/unit_checkpoints.h"

#include <torch/types.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "methods/quantizer/rounding.h"

namespace ptqbench {
namespace {

/// A tensor that a phase replaces.
struct LearnedPlace {
  std::string name;
  at::Tensor* tensor;
  /// Laid out as what a reconstruction leaves there: another layout may give other last bits in
  /// what is computed with it.
  at::Tensor laid_out;
};

std::vector<LearnedPlace> learned_places(const UnitGraph& model, const Unit& unit,
                                         const Phase& phase) {
  std::vector<LearnedPlace> places;
  if (phase.learn_rounding) {
    for (WeightSite* site : weight_sites(model, unit)) {
      if (site->quantizer)
        places.push_back({site->name, &site->quantized, in_rounding_layout(site->value)});
    }
  }
  if (phase.learn_steps) {
    for (ActivationSite* site : activation_sites(model, unit)) {
      if (!site->quantizer) continue;
      auto& [range, scale, zero_point] = *site->quantizer;
      places.push_back({site->name + ".scale", &scale, scale});
      places.push_back({site->name + ".zero_point", &zero_point, zero_point});
    }
  }
  return places;
}

std::map<std::string, at::Tensor> tensors_by_name(const std::vector<NamedTensor>& tensors) {
  std::map<std::string, at::Tensor> by_name;
  for (const auto& [name, value] : tensors) by_name[name] = value;
  return by_name;
}

}  // namespace

std::vector<NamedTensor> learned_tensors(const UnitGraph& model, const Unit& unit,
                                         const Phase& phase) {
  std::vector<NamedTensor> learned;
  for (const auto& place : learned_places(model, unit, phase))
    learned.push_back({place.name, *place.tensor});
  return learned;
}

bool fits_learned(const UnitGraph& model, const Unit& unit, const Phase& phase,
                  const std::vector<NamedTensor>& learned) {
  const auto by_name = tensors_by_name(learned);
  const auto places = learned_places(model, unit, phase);
  return by_name.size() == places.size() &&
         std::all_of(places.begin(), places.end(), [&](const LearnedPlace& place) {
           const auto found = by_name.find(place.name);
           return found != by_name.end() && found->second.sizes() == place.tensor->sizes() &&
                  found->second.scalar_type() == place.tensor->scalar_type();
         });
}

void restore_learned(const UnitGraph& model, const Unit& unit, const Phase& phase,
                     const std::vector<NamedTensor>& learned) {
  if (!fits_learned(model, unit, phase, learned))
    throw std::logic_error("learned tensors that do not fit unit '" + unit.name + "'");
  const auto by_name = tensors_by_name(learned);
  for (const auto& place : learned_places(model, unit, phase))
    *place.tensor = at::empty_like(place.laid_out).copy_(by_name.at(place.name));
}

}  // namespace ptqbench
