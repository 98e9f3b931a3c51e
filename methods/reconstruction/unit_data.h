#pragma once

#include "methods/nn/unit_graph.h"
#include "methods/parallel/device_group.h"

namespace ptqbench {

/// Everything a unit sees while it is reconstructed, for the calibration samples that this process
/// holds ([S, ...] each).
struct UnitData {
  /// The unit's inputs in the partly quantized network and in the full-precision one.
  Tensors quantized_inputs;
  Tensors full_precision_inputs;
  /// The unit's outputs in the full-precision network.
  Tensors targets;
  /// Which positions of sequences count, of all calibration samples, also those that others hold;
  /// [total, L]. Undefined: all, and no sequences.
  at::Tensor position_mask;
  /// Which samples this process holds.
  SampleShare share;
};

}  // namespace ptqbench
