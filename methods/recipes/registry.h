#pragma once

#include <string>
#include <vector>

#include "methods/recipes/recipe.h"

namespace ptqbench {

/// Names that `make_recipe` knows, in the order to list and tabulate them.
std::vector<std::string> method_names();

/// One line about a method, for `ptqbench list methods`.
std::string method_description(const std::string& name);

/// The method's recipe with these settings. Throws ConfigError on an unknown name.
Recipe make_recipe(const std::string& name, const MethodSettings& settings);

}  // namespace ptqbench
