#pragma once

#include <cstdint>

#include "methods/nn/unit_graph.h"
#include "tasks/models/model_spec.h"

namespace ptqbench {

/// The network of an ONNX file (`spec.file`) for images [N, 3, height, width] -> [N, classes], with
/// its weights. Throws as onnx::import_model does, and ConfigError when its outputs are others.
UnitGraph import_image_classifier(const ModelSpec& spec, int64_t height, int64_t width,
                                  int64_t classes);

}  // namespace ptqbench
