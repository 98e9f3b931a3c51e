#include "methods/recipes/registry.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "methods/recipes/recipes.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

std::vector<Method>& methods() {
  static std::vector<Method> all = {
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

const Method& find(const std::string& name) {
  for (const auto& method : methods()) {
    if (method.name == name) return method;
  }
  throw ConfigError("unknown method '" + name + "'" + valid_names_hint(name, method_names()));
}

}  // namespace

void register_method(Method method) {
  const auto names = method_names();
  if (std::count(names.begin(), names.end(), method.name) > 0)
    throw std::logic_error("there is a method '" + method.name + "' already");
  methods().push_back(std::move(method));
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& method : methods()) names.push_back(method.name);
  return names;
}

std::string method_description(const std::string& name) { return find(name).description; }

const std::string& method_version(const std::string& name) { return find(name).version; }

Recipe make_recipe(const std::string& name, const MethodSettings& settings) {
  return find(name).recipe(settings);
}

}  // namespace ptqbench
