#pragma once

#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/settings.h"

namespace ptqbench {

/// Gives every weight site of fewer than 32 bits a quantizer and its nearest rounding.
/// Throws ConfigError on weights with NaN or infinity, naming the site.
void calibrate_weights(UnitGraph& model, const MethodSettings& settings);

/// Gives every activation site of fewer than 32 bits a quantizer, from running the model on
/// `inputs` ([S, ...] each, seen as one batch). From RangeSource::kFullPrecision the network runs
/// unquantized; from kQuantizedNetwork with quantized weights, and every activation is quantized as
/// soon as its range is known.
void calibrate_activations(UnitGraph& model, const MethodSettings& settings, RangeSource source,
                           const Tensors& inputs);

}  // namespace ptqbench
