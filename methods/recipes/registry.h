#pragma once

#include <string>
#include <vector>

#include "methods/recipes/recipe.h"

namespace ptqbench {

struct Method {
  std::string name;
  /// One line, for `ptqbench list methods`.
  std::string description;
  Recipe (*recipe)(const MethodSettings&);
};

/// Adds a method to the built-in ones, before anything else asks for it: not while others read.
/// Results go by the name, so it must change when what the method does changes. Throws
/// std::logic_error when there is one of that name.
void register_method(Method method);

/// Names that `make_recipe` knows, in the order to list and tabulate them.
std::vector<std::string> method_names();

/// One line about a method, for `ptqbench list methods`.
std::string method_description(const std::string& name);

/// The method's recipe with these settings. Throws ConfigError on an unknown name.
Recipe make_recipe(const std::string& name, const MethodSettings& settings);

}  // namespace ptqbench
