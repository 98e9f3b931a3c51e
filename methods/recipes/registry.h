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
  /// Is in the fingerprint of results unless empty: another one when the method does something else
  /// under the same name, so that its cells run again.
  std::string version = {};
};

/// Adds a method to the built-in ones, before anything else asks for it: not while others read.
/// Results go by name and version, so one of them must change when what the method does changes.
/// Throws std::logic_error when there is one of that name.
void register_method(Method method);

/// Names that `make_recipe` knows, in the order to list and tabulate them.
std::vector<std::string> method_names();

/// One line about a method, for `ptqbench list methods`.
std::string method_description(const std::string& name);

/// Empty for methods without one. Throws ConfigError on an unknown name.
const std::string& method_version(const std::string& name);

/// The method's recipe with these settings. Throws ConfigError on an unknown name.
Recipe make_recipe(const std::string& name, const MethodSettings& settings);

}  // namespace ptqbench
