#pragma once

#include <string>
#include <vector>

#include "tasks/models/onnx/steps.h"

namespace ptqbench::onnx {

/// The block of each step; "" stands alone. A block is a stretch of the network that has weights
/// and whose ends are cuts: places where only one tensor is alive. (Tensors that no weight has gone
/// into, such as masks, do not count.) Without patterns
/// - a scope of the names that is such a stretch and in which more than one tensor is alive
///   somewhere, none further in being so, is a block, and so are scopes that are called like one
///   but for numbers, if they have several weights and do not hold several blocks;
/// - where the names give no block, each stretch between neighbouring cuts is one if it has more
/// than
///   one step.
/// With patterns the scopes that match one are the blocks. Throws ConfigError on a pattern that
/// matches no scope, naming the nearest, or whose scope is no stretch.
std::vector<std::string> find_blocks(const Network& network, const std::vector<Step>& steps,
                                     const std::vector<std::string>& patterns);

}  // namespace ptqbench::onnx
