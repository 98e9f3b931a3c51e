#pragma once

#include <string>

#include "methods/nn/bit_widths.h"
#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Marks the first and the last weight, and the first and the last quantizable activation in the
/// order of execution, for the policies of assign_bits. For networks whose publications treat
/// them apart; sites of others stay Place::kInner. Call it when the graph is complete.
void mark_first_and_last(UnitGraph& graph);

/// The first half of it: for networks with several last layers (mark_last).
void mark_first(UnitGraph& graph);

/// Marks a layer's weights as last ones, and the activations of the layer in front of it.
void mark_last(Layer& layer, Layer& before);

/// Marks what is quantized only where heads are: a layer's activations, or everything in the nodes
/// from `first_node` on.
void mark_head_activations(Layer& layer);
void mark_head(UnitGraph& graph, size_t first_node);

/// Which sites have other bits than the rest.
struct BitPolicy {
  std::string first_last = "qdrop";
  /// Whether the sites marked as a head's are quantized.
  bool quantize_heads = false;
};

/// Gives every site its bit-width, except what the first/last-layer policy keeps at 8 bits among
/// the marked ones:
///   "qdrop"  weights of the first and last layer, input of the last layer (the official code since
///            June 2022)
///   "brecq"  also the output of the first layer
///   "none"   nothing
/// Kinds that are not quantized at all (32) stay so, and so do heads unless asked for. The
/// network's input is never quantized: images have 8 bits. Throws ConfigError on other bit-widths
/// or policies, and on bits for embeddings when the model has none.
void assign_bits(UnitGraph& graph, const BitWidths& bits, const BitPolicy& policy);

}  // namespace ptqbench
