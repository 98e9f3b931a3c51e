#include "methods/analysis/comparable_outputs.h"

#include <algorithm>

namespace ptqbench {

std::vector<ValueId> comparable_outputs(const UnitGraph& model) {
  const auto count = static_cast<size_t>(model.value_count());
  // Choices and all that depends on one.
  std::vector<bool> chosen(count, false);
  std::vector<bool> computed(count, false);
  std::vector<ValueId> comparable;
  for (const Node& node : model.nodes()) {
    const bool chooses = std::any_of(node.outputs.begin(), node.outputs.end(),
                                     [&](ValueId id) { return model.is_choice(id); });
    bool depends = chooses;
    for (const ValueId id : node.inputs) depends = depends || chosen[static_cast<size_t>(id)];
    for (const ValueId id : node.outputs) {
      chosen[static_cast<size_t>(id)] = depends;
      computed[static_cast<size_t>(id)] = true;
    }
    if (!chooses) continue;
    for (const ValueId id : node.inputs) {
      const auto value = static_cast<size_t>(id);
      if (computed[value] && !chosen[value]) comparable.push_back(id);
    }
  }
  for (const ValueId id : model.outputs()) {
    if (!chosen[static_cast<size_t>(id)]) comparable.push_back(id);
  }
  return comparable;
}

}  // namespace ptqbench
