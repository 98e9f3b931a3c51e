#pragma once

#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/reconstruction/random_source.h"
#include "methods/settings.h"

namespace ptqbench {

/// Everything a unit sees while it is reconstructed, for all calibration samples ([S, ...] each).
struct UnitData {
  /// The unit's inputs in the partly quantized network and in the full-precision one.
  Tensors quantized_inputs;
  Tensors full_precision_inputs;
  /// The unit's outputs in the full-precision network.
  Tensors targets;
};

/// Losses over the iterations of one unit, thinned to at most a few hundred points.
struct LossCurve {
  std::vector<int64_t> iteration;
  std::vector<double> reconstruction;
  std::vector<double> rounding;
};

/// Learns what `phase` says in the sites of `unit` so that its output on quantized inputs matches
/// the targets (BRECQ, eq. 10, with the plain squared error; QDrop, algorithm 1): weights end
/// rounded hard, steps at their last value. Deterministic for given data and random source. Throws
/// Error when the loss is not finite.
LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings,
                           RandomSource& random);

}  // namespace ptqbench
