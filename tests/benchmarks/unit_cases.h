#pragma once

#include <string>
#include <vector>

#include "methods/nn/layers.h"
#include "methods/reconstruction/engine.h"

namespace ptqbench::benchmarks {

/// One convolution of a unit, alone: plain NCHW tensors of the shapes it sees at a mini-batch.
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

/// Units of ResNet-20 at 32x32 ("conv1", "layer1.0", ...) or the ResNet-18 blocks
/// "resnet18.layer1.0" (64 channels, 56x56) and "resnet18.layer3.1" (256 channels, 14x14), with
/// random weights and calibration data; batch 32. `iterations` sets the schedule's length.
UnitCase make_unit_case(const std::string& name, int64_t iterations);

/// Names that make_unit_case knows, in the order of execution.
std::vector<std::string> unit_case_names();

/// Forward, weight gradient and needed input gradients of every convolution, through LibTorch.
void run_bare(const std::vector<BareConvolution>& convolutions);

}  // namespace ptqbench::benchmarks
