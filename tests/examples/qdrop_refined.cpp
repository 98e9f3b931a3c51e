#include "tests/examples/qdrop_refined.h"

namespace ptqbench {

Recipe qdrop_refined_recipe(const MethodSettings& settings) {
  Phase joint;
  joint.name = "joint";
  joint.learn_rounding = true;
  joint.learn_steps = true;
  joint.drop_probability = settings.drop_probability;
  joint.iterations = settings.iterations;
  joint.step_lr = settings.step_lr;

  Phase steps;
  steps.name = "steps";
  steps.learn_steps = true;
  steps.iterations = settings.step_iterations;
  steps.step_lr = settings.step_phase_lr;
  steps.norm = settings.step_phase_norm;

  Recipe recipe;
  recipe.granularity = Granularity::kBlock;
  recipe.phases = {joint, steps};
  return recipe;
}

}  // namespace ptqbench
