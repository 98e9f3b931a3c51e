#pragma once

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Everything a unit sees while it is reconstructed, for all calibration samples ([S, ...] each).
struct UnitData {
  /// The unit's inputs in the partly quantized network and in the full-precision one.
  Tensors quantized_inputs;
  Tensors full_precision_inputs;
  /// The unit's outputs in the full-precision network.
  Tensors targets;
  /// Which positions of sequences count, [S, L]; undefined: all, and no sequences.
  at::Tensor position_mask;
};

}  // namespace ptqbench
