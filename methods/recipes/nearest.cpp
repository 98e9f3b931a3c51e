#include "methods/recipes/recipes.h"

namespace ptqbench {

Recipe nearest_recipe(const MethodSettings& /*settings*/) { return {}; }

}  // namespace ptqbench
