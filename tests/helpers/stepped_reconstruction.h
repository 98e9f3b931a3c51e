#pragma once

#include <map>
#include <string>

#include "methods/reconstruction/engine.h"

namespace ptqbench::testing {

/// The variables of a reconstruction and their moments: "conv1.weight.alpha",
/// "conv1.weight.alpha.first_moment", "conv1.scale", "conv1.scale.second_moment", ...
using VariableMap = std::map<std::string, at::Tensor>;

/// The engine at one iteration at a time, from any state: the one place where tests that follow
/// traces touch it.
class SteppedReconstruction {
 public:
  SteppedReconstruction(const UnitGraph& model, const Unit& unit, const UnitData& data,
                        const Phase& phase, const MethodSettings& settings, RandomSource& random,
                        DeviceGroup& group);

  /// Iteration `t`; to be called for 0, 1, 2, ...
  IterationLoss iterate(int64_t t);
  /// Copies of all variables.
  VariableMap state() const;
  /// Sets the variables that `state` names.
  void restore(const VariableMap& state);
  void finish();

 private:
  UnitReconstruction reconstruction_;
};

}  // namespace ptqbench::testing
