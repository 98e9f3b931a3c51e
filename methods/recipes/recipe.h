#pragma once

#include <string>
#include <vector>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"
#include "methods/settings.h"

namespace ptqbench {

/// One sweep over all units in the order of execution, learning something in each.
struct Phase {
  std::string name;
  bool learn_rounding = false;
  bool learn_steps = false;
  /// How the preceding units' activations arrive at the unit.
  QuantizedPass::Activations preceding = QuantizedPass::Activations::kQuantized;
  /// Whether the unit's own activations are quantized while it learns.
  QuantizedPass::Activations inside = QuantizedPass::Activations::kQuantized;
  /// Probability that an element of the unit's input or activations stays in full precision.
  double drop_probability = 0;
  int64_t iterations = 0;
  double step_lr = 0;
  /// p of the L_p loss between quantized and full-precision outputs.
  double norm = 2;
};

/// On which network activation ranges are found.
enum class RangeSource {
  kFullPrecision,     ///< before anything is quantized
  kQuantizedNetwork,  ///< after the phases that leave activations in full precision, input already
                      ///< quantized
};

/// What makes a method.
struct Recipe {
  Granularity granularity = Granularity::kBlock;
  RangeSource activation_ranges = RangeSource::kFullPrecision;
  std::vector<Phase> phases;
};

}  // namespace ptqbench
