#include "methods/recipes/registry.h"

#include "methods/recipes/recipes.h"
#include "methods/support/error.h"
#include "methods/support/nearest_name.h"

namespace ptqbench {
namespace {

struct Entry {
  std::string name;
  std::string description;
  Recipe (*make)(const MethodSettings&);
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      {"nearest", "round to nearest, nothing learned", nearest_recipe},
      {"adaround", "learned rounding, layer by layer (Nagel et al. 2020)", adaround_recipe},
      {"brecq", "learned rounding block by block, then activation steps (Li et al. 2021)",
       brecq_recipe},
      {"case1", "block by block, weights tuned without activation quantization (QDrop, section 3)",
       case1_recipe},
      {"case2", "block by block, weights tuned with all activations quantized (QDrop, section 3)",
       case2_recipe},
      {"case3",
       "block by block, weights tuned with preceding activations quantized (QDrop, section 3)",
       case3_recipe},
      {"nodrop", "QDrop without dropping: rounding and steps together, everything quantized",
       nodrop_recipe},
      {"qdrop",
       "rounding and steps together, activation quantization dropped at random (Wei et al. 2022)",
       qdrop_recipe},
  };
  return all;
}

const Entry& find(const std::string& name) {
  for (const auto& entry : entries()) {
    if (entry.name == name) return entry;
  }
  throw ConfigError("unknown method '" + name + "'" + valid_names_hint(name, method_names()));
}

}  // namespace

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string method_description(const std::string& name) { return find(name).description; }

Recipe make_recipe(const std::string& name, const MethodSettings& settings) {
  return find(name).make(settings);
}

}  // namespace ptqbench
