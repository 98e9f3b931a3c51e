#pragma once

#include <string>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// The block of MobileNetV2 and MNASNet: 1x1 expansion, depthwise convolution, 1x1 projection
/// without non-linearity, and a shortcut where the shape stays.
struct InvertedResidual {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  /// Hidden channels over input channels; 1: there is no expansion layer.
  int64_t expansion = 1;
  /// Of the depthwise convolution.
  int64_t kernel = 3;
  int64_t stride = 1;
  Nonlinearity nonlinearity = Nonlinearity::kRelu6;

  /// Parameter prefixes of the parts and of the batch norms behind them.
  struct Part {
    std::string conv;
    std::string norm;
  };
  Part expand;
  Part depthwise;
  Part project;
};

/// Appends the block under `name` and returns its output. The output is quantized once: the sum
/// where there is a shortcut, else the projection.
ValueId add_inverted_residual(UnitGraph& graph, const std::string& name, ValueId x,
                              const InvertedResidual& block);

}  // namespace ptqbench
