#pragma once

#include <memory>
#include <string>
#include <vector>

#include "methods/kernels/kernels.h"
#include "methods/kernels/replay.h"
#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/reconstruction/random_source.h"
#include "methods/reconstruction/unit_data.h"
#include "methods/settings.h"

namespace ptqbench {

class IterationPlan;

/// Losses over the iterations of one unit, thinned to at most a few hundred points.
struct LossCurve {
  std::vector<int64_t> iteration;
  std::vector<double> reconstruction;
  std::vector<double> rounding;
};

/// Losses of one iteration, before its update.
struct IterationLoss {
  double reconstruction = 0;
  double rounding = 0;
};

/// The optimisation of one unit: learns what a phase says in the sites of `unit` so that its output
/// on quantized inputs matches the targets (BRECQ, eq. 10, with the plain squared error; QDrop,
/// algorithm 1). The members of `group` each compute the samples of a mini-batch that they hold;
/// gradients are added up, and all make the same update. Deterministic for given data, random
/// source and size of the group. Everything handed to the constructor must outlive it.
class UnitReconstruction {
 public:
  UnitReconstruction(const UnitGraph& model, const Unit& unit, const UnitData& data,
                     const Phase& phase, const MethodSettings& settings, RandomSource& random,
                     DeviceGroup& group);
  ~UnitReconstruction();
  UnitReconstruction(const UnitReconstruction&) = delete;
  UnitReconstruction& operator=(const UnitReconstruction&) = delete;

  /// Whether the phase has something to learn in this unit.
  bool learns() const;
  /// Iterations [first, first + count) of phase.iterations. Collective over the group. Throws Error
  /// when a loss is not finite; devices other than the CPU are looked at every few iterations.
  void run(int64_t first, int64_t count);
  /// One of them, and its losses.
  IterationLoss iterate(int64_t t);
  /// Losses at the points that a curve shows, of those iterations that have run.
  LossCurve curve() const;
  /// Whether the device repeats iterations by itself (see Replay).
  bool recorded() const;
  /// Leaves what was learned in the model's sites: weights rounded hard, steps at their last value.
  void finish();
  /// Everything that iterations change, by name; shares storage with it: for each weight its alpha
  /// and both moments of Adam, for each activation quantizer its scale and zero point and theirs.
  std::vector<NamedTensor> state() const;
  /// Goes on from `state`, values of state() by its names, copied. Throws Error when a name or
  /// shape is none of this unit's.
  void restore(const std::vector<NamedTensor>& state);

 private:
  class LearningPass;
  void compute();
  void require_finite() const;

  const UnitGraph& model_;
  const Unit& unit_;
  DeviceGroup& group_;
  std::unique_ptr<IterationPlan> plan_;
  std::unique_ptr<LearningPass> pass_;
  std::unique_ptr<Replay> replay_;
  LossCurveBuffer losses_;
};

/// All iterations of a UnitReconstruction, and its finish.
LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings, RandomSource& random,
                           DeviceGroup& group);

}  // namespace ptqbench
