#include "methods/recipes/phases.h"
#include "methods/recipes/recipes.h"

namespace ptqbench {

Recipe brecq_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.activation_ranges = RangeSource::kQuantizedNetwork;
  recipe.phases = {rounding_phase(settings, QuantizedPass::Activations::kFullPrecision,
                                  QuantizedPass::Activations::kFullPrecision),
                   step_phase(settings)};
  return recipe;
}

}  // namespace ptqbench
