#include "tests/helpers/stepped_reconstruction.h"

#include <torch/types.h>

namespace ptqbench::testing {

SteppedReconstruction::SteppedReconstruction(const UnitGraph& model, const Unit& unit,
                                             const UnitData& data, const Phase& phase,
                                             const MethodSettings& settings, RandomSource& random,
                                             DeviceGroup& group)
    : reconstruction_(model, unit, data, phase, settings, random, group) {}

IterationLoss SteppedReconstruction::iterate(int64_t t) { return reconstruction_.iterate(t); }

VariableMap SteppedReconstruction::state() const {
  VariableMap copies;
  for (const auto& [name, value] : reconstruction_.state()) copies[name] = value.clone();
  return copies;
}

void SteppedReconstruction::restore(const VariableMap& state) {
  std::vector<NamedTensor> named;
  for (const auto& [name, value] : state) named.push_back({name, value});
  reconstruction_.restore(named);
}

void SteppedReconstruction::finish() { reconstruction_.finish(); }

}  // namespace ptqbench::testing
