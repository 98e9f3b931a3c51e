#include "harness/plan/cost.h"

#include "methods/nn/cost_pass.h"
#include "methods/nn/value_sizes.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/memory_estimate.h"

namespace ptqbench {

ModelCost measure_model(const UnitGraph& model, const Tensors& one_sample) {
  return {count_macs(model, one_sample), value_sizes(model, one_sample)};
}

CellMemory cell_memory(const Cell& cell, const UnitGraph& model, const ModelCost& cost, double base,
                       int64_t devices) {
  const MeasuredSamples measured{cell.evaluation.batch_size, cell.report.held_out_samples,
                                 cell.report.flatness_samples};
  auto estimate = estimate_memory(model, make_recipe(cell.method, cell.settings), cell.settings,
                                  cost.value_sizes, measured);
  estimate.streams /= static_cast<double>(devices);
  // For what is small and not counted, and the edges of what the allocator hands out.
  constexpr double kBesides = 1.03;
  return {base + kBesides * estimate.peak_in_memory(),
          base + kBesides * estimate.peak_with_mapped_streams()};
}

double cell_cost(const Cell& cell, const ModelCost& model, int64_t evaluation_samples) {
  constexpr double kForwardAndBackward = 3;
  // Full-precision and quantized stream, and the unit's error before and after.
  constexpr double kStreamPasses = 4;
  double samples = static_cast<double>(cell.settings.range_samples + 2 * evaluation_samples);
  for (const Phase& phase : make_recipe(cell.method, cell.settings).phases) {
    samples += kStreamPasses * static_cast<double>(cell.settings.calibration_samples);
    samples +=
        kForwardAndBackward * static_cast<double>(phase.iterations * cell.settings.batch_size);
  }
  return samples * model.macs * 1e-12;
}

}  // namespace ptqbench
