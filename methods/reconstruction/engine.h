#pragma once

#include <memory>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"
#include "methods/recipes/recipe.h"
#include "methods/reconstruction/random_source.h"
#include "methods/reconstruction/unit_data.h"
#include "methods/settings.h"

namespace ptqbench {

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
  /// Iteration `t`, from 0, of phase.iterations. Collective over the group. Throws Error when the
  /// loss is not finite.
  IterationLoss iterate(int64_t t);
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
  const UnitGraph& model_;
  const Unit& unit_;
  const UnitData& data_;
  const Phase& phase_;
  const MethodSettings& settings_;
  RandomSource& random_;
  DeviceGroup& group_;
  std::unique_ptr<LearningPass> pass_;
};

/// All iterations of a UnitReconstruction, and its finish.
LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings, RandomSource& random,
                           DeviceGroup& group);

}  // namespace ptqbench
