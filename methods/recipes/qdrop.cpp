#include "methods/recipes/phases.h"
#include "methods/recipes/recipes.h"

namespace ptqbench {

using Activations = QuantizedPass::Activations;

Recipe qdrop_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.phases = {joint_phase(settings, settings.drop_probability)};
  return recipe;
}

Recipe nodrop_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.phases = {joint_phase(settings, /*drop_probability=*/0)};
  return recipe;
}

Recipe case1_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.phases = {
      rounding_phase(settings, Activations::kFullPrecision, Activations::kFullPrecision)};
  return recipe;
}

Recipe case2_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.phases = {rounding_phase(settings, Activations::kQuantized, Activations::kQuantized)};
  return recipe;
}

Recipe case3_recipe(const MethodSettings& settings) {
  Recipe recipe;
  recipe.phases = {rounding_phase(settings, Activations::kQuantized, Activations::kFullPrecision)};
  return recipe;
}

}  // namespace ptqbench
