#pragma once

#include <string>
#include <vector>

#include "methods/nn/layers.h"
#include "methods/reconstruction/engine.h"

namespace ptqbench::benchmarks {

/// One convolution of a unit, alone: tensors of the shapes it sees at a mini-batch, in the layout that
/// make_unit_case was asked for.
struct BareConvolution {
  Conv2dOptions options;
  at::Tensor input;
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor grad_output;
  /// False where the input is the unit's own: nothing before it learns.
  bool needs_input_gradient = false;
};

/// A unit ready to be reconstructed by QDrop at W4A4, and its convolutions alone.
struct UnitCase {
  std::string name;
  UnitGraph model;
  Unit unit;
  UnitData data;
  MethodSettings settings;
  Phase phase;
  std::vector<BareConvolution> convolutions;
};

/// Units of ResNet-20 at 32x32 ("conv1", "layer1.0", ...) or of ResNet-18 at 224x224
/// ("resnet18.conv1", "resnet18.layer1.0", ...), with random weights and calibration data, on
/// `device`; batch 32. `iterations` sets the schedule's length, `layout` that of the convolutions alone.
UnitCase make_unit_case(const std::string& name, int64_t iterations, const at::Device& device,
                        at::MemoryFormat layout);

/// Names that make_unit_case knows, in the order of execution, ResNet-20's first.
std::vector<std::string> unit_case_names();

/// Forward, weight gradient and needed input gradients of every convolution, through LibTorch.
void run_bare(const std::vector<BareConvolution>& convolutions);

}  // namespace ptqbench::benchmarks
