#pragma once

#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// What two runs of a model can be compared in element by element: its outputs, or, where they are
/// choices (UnitGraph::mark_choice), the values that choices are made from and that no choice went
/// into. Of RetinaNet these are its logits and deltas, of Faster R-CNN those of the first stage.
std::vector<ValueId> comparable_outputs(const UnitGraph& model);

}  // namespace ptqbench
