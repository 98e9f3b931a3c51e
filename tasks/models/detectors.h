#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Names of the models that find objects in images, in the order to list them.
std::vector<std::string> detector_names();
/// Throws ConfigError on the name of no such model.
std::string detector_description(const std::string& name);

/// A detector (retinanet.h, faster_rcnn.h) with freshly initialised parameters (from the global
/// generator). `classes` counts the background or unused class 0. Throws ConfigError on the name of
/// no such model.
UnitGraph make_detector(const std::string& name, int64_t classes);

}  // namespace ptqbench
