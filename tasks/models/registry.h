#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Names of all models, in the order to list them.
std::vector<std::string> model_names();

/// One line about a model, for `ptqbench list models`.
std::string model_description(const std::string& name);

/// A network for images [N, 3, H, W] -> [N, classes] with freshly initialised parameters (from the
/// global generator). Throws ConfigError on the name of no such model.
UnitGraph make_image_classifier(const std::string& name, int64_t classes);

}  // namespace ptqbench
