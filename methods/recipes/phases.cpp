#include "methods/recipes/phases.h"

namespace ptqbench {

Phase rounding_phase(const MethodSettings& settings, QuantizedPass::Activations preceding,
                     QuantizedPass::Activations inside) {
  Phase phase;
  phase.name = "weights";
  phase.learn_rounding = true;
  phase.preceding = preceding;
  phase.inside = inside;
  phase.iterations = settings.iterations;
  return phase;
}

Phase joint_phase(const MethodSettings& settings, double drop_probability) {
  Phase phase = rounding_phase(settings, QuantizedPass::Activations::kQuantized,
                               QuantizedPass::Activations::kQuantized);
  phase.name = "joint";
  phase.learn_steps = true;
  phase.drop_probability = drop_probability;
  phase.step_lr = settings.step_lr;
  return phase;
}

Phase step_phase(const MethodSettings& settings) {
  Phase phase;
  phase.name = "activations";
  phase.learn_steps = true;
  phase.iterations = settings.step_iterations;
  phase.step_lr = settings.step_phase_lr;
  phase.norm = settings.step_phase_norm;
  return phase;
}

}  // namespace ptqbench
