#pragma once

#include "methods/recipes/recipe.h"

namespace ptqbench {

/// QDrop, and then its activation steps once more with nothing dropped: while they were learned
/// together with rounding, part of every activation was in full precision, which none is in the
/// end.
Recipe qdrop_refined_recipe(const MethodSettings& settings);

}  // namespace ptqbench
