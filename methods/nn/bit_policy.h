#pragma once

#include <string>

#include "methods/nn/bit_widths.h"
#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Marks the first and the last weight, and the first and the last quantizable activation in the
/// order of execution, for the policies of assign_bits. For networks whose publications treat
/// them apart; sites of others stay Place::kInner. Call it when the graph is complete.
void mark_first_and_last(UnitGraph& graph);

/// Gives every site its bit-width, except what the first/last-layer policy keeps at 8 bits among
/// the marked ones:
///   "qdrop"  weights of the first and last layer, input of the last layer (the official code since
///            June 2022)
///   "brecq"  also the output of the first layer
///   "none"   nothing
/// Kinds that are not quantized at all (32) stay so. The network's input is never quantized: images
/// have 8 bits. Throws ConfigError on other bit-widths or policies, and on bits for embeddings
/// when the model has none.
void assign_bits(UnitGraph& graph, const BitWidths& bits, const std::string& policy);

}  // namespace ptqbench
