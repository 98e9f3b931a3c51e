#pragma once

#include "methods/recipes/recipe.h"

namespace ptqbench {

/// A phase that learns only rounding, with the settings' iterations.
Phase rounding_phase(const MethodSettings& settings, QuantizedPass::Activations preceding,
                     QuantizedPass::Activations inside);

/// A phase that learns rounding and activation steps together, everything quantized.
Phase joint_phase(const MethodSettings& settings, double drop_probability);

/// A phase that learns only activation steps, weights already rounded.
Phase step_phase(const MethodSettings& settings);

}  // namespace ptqbench
