#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Names that `make_model` knows, in the order to list them.
std::vector<std::string> model_names();

/// One line about a model, for `ptqbench list models`.
std::string model_description(const std::string& name);

/// The model with freshly initialised parameters (from the global generator). Throws ConfigError on
/// an unknown name.
UnitGraph make_model(const std::string& name, int64_t classes);

}  // namespace ptqbench
