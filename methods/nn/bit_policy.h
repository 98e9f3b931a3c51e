#pragma once

#include <string>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Gives every site its bit-width: `weight_bits` and `activation_bits` (2 to 8, or 32 = not
/// quantized), except what the first/last-layer policy keeps at 8 bits:
///   "qdrop"  weights of the first and last layer, input of the last layer (the official code since
///   June 2022) "brecq"  also the output of the first layer "none"   nothing
/// Kinds that are not quantized at all (32) stay so. The network's input is never quantized: images
/// have 8 bits. Throws ConfigError on other bit-widths or policies.
void assign_bits(UnitGraph& graph, int weight_bits, int activation_bits, const std::string& policy);

}  // namespace ptqbench
