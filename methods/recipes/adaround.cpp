#include "methods/recipes/phases.h"
#include "methods/recipes/recipes.h"

namespace ptqbench {

Recipe adaround_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.granularity = Granularity::kLayer;
  recipe.phases = {rounding_phase(settings, QuantizedPass::Activations::kFullPrecision,
                                  QuantizedPass::Activations::kFullPrecision)};
  return recipe;
}

}  // namespace ptqbench
