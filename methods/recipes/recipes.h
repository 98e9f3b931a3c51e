#pragma once

#include "methods/recipes/recipe.h"

namespace ptqbench {

/// Round to nearest; nothing is learned.
Recipe nearest_recipe(const MethodSettings& settings);

/// AdaRound (arXiv:2004.10568): the rounding of each layer's weights, activations in full
/// precision; activation ranges are then used as calibrated.
Recipe adaround_recipe(const MethodSettings& settings);

/// BRECQ (arXiv:2102.05426): the rounding of each block's weights with full-precision activations,
/// then, in a second sweep, its activation steps. The plain squared error is used, as in the
/// authors' main script, not the Fisher-weighted one.
Recipe brecq_recipe(const MethodSettings& settings);

/// QDrop (arXiv:2203.05740): rounding and activation steps of each block together, with activation
/// quantization dropped at random in its input and inside.
Recipe qdrop_recipe(const MethodSettings& settings);

/// QDrop without dropping ("No Drop" in the paper).
Recipe nodrop_recipe(const MethodSettings& settings);

/// The three cases of the QDrop paper's section 3. They differ in which activations are quantized
/// while weights are tuned: none (1), all (2), those of the preceding blocks only (3). Activation
/// steps stay as calibrated in all three, so that the difference is that of the weights.
Recipe case1_recipe(const MethodSettings& settings);
Recipe case2_recipe(const MethodSettings& settings);
Recipe case3_recipe(const MethodSettings& settings);

}  // namespace ptqbench
