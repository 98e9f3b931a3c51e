#pragma once

#include <cstdint>
#include <vector>

#include "harness/config/cell.h"
#include "tasks/task.h"

namespace ptqbench {

/// Multiply-accumulates a second that one CPU core with AVX-512 sustains over a whole cell: about
/// 120e9 for ResNet-20, 33e9 for MobileNetV2. Only for estimates where nothing was measured.
constexpr double kMacsPerCoreSecond = 60e9;

/// What one sample costs in a model.
struct ModelCost {
  /// Multiply-accumulates of one forward pass.
  double macs = 0;
  /// Elements of each value (value_sizes()).
  std::vector<int64_t> value_sizes;
};

/// Runs one sample, [1, ...] each, through the model and counts.
ModelCost measure_model(const UnitGraph& model, const Tensors& one_sample);

/// Memory of a rank that runs a cell, in bytes.
struct CellMemory {
  /// With its calibration streams in memory.
  double in_memory = 0;
  /// With its streams in mapped files.
  double with_mapped_streams = 0;
};

/// What each of the `devices` ranks that share the cell takes at its peak on top of `base`, the
/// memory of a process that has opened the data and run nothing.
CellMemory cell_memory(const Cell& cell, const UnitGraph& model, const ModelCost& cost, double base,
                       int64_t devices);

/// Multiply-accumulates of a whole cell in units of 1e12: ranges, streams, every iteration of every
/// phase (a backward pass counts as two forward passes) and evaluation. An estimate for ordering
/// and planning.
double cell_cost(const Cell& cell, const ModelCost& model, int64_t evaluation_samples);

}  // namespace ptqbench
