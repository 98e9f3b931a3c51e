#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/name_fit.h"
#include "tasks/checkpoint/naming.h"

namespace ptqbench {

namespace {

constexpr size_t kNamesShown = 10;

void describe(const char* problem, const std::vector<std::string>& names, std::string& message) {
  if (names.empty()) return;
  const auto shown =
      names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesShown));
  message += fmt::format("; {} {}: {}{}", names.size(), problem, join({names.begin(), shown}),
                         names.size() > kNamesShown ? ", ..." : "");
}

/// For messages: the file and which of its dictionaries.
std::string name_of(const Checkpoint& checkpoint) {
  if (checkpoint.path.empty()) return "the checkpoint";
  const std::string file = "checkpoint " + checkpoint.path.string();
  return checkpoint.entry.empty() ? file : file + " (entry '" + checkpoint.entry + "')";
}

using TensorsByName = std::unordered_map<std::string, const at::Tensor*>;

TensorsByName by_name(const std::vector<NamedTensor>& tensors) {
  TensorsByName found;
  for (const auto& tensor : tensors) found.emplace(tensor.name, &tensor.value);
  return found;
}

void check_fit(const Checkpoint& checkpoint, const TensorsByName& stored,
               const std::vector<NamedTensor>& parameters) {
  std::vector<std::string> missing, unexpected, misshaped;
  for (const auto& [name, parameter] : parameters) {
    if (decides_nothing(name)) continue;
    const auto match = stored.find(name);
    if (match == stored.end() || !match->second->defined()) {
      missing.push_back(name);
    } else if (match->second->sizes() != parameter.sizes()) {
      misshaped.push_back(fmt::format("{} [{}], expected [{}]", name,
                                      fmt::join(match->second->sizes(), ", "),
                                      fmt::join(parameter.sizes(), ", ")));
    }
  }
  const TensorsByName known = by_name(parameters);
  for (const auto& tensor : checkpoint.tensors) {
    if (decides_nothing(tensor.name) || is_left_over(tensor.name)) continue;
    if (known.count(tensor.name) == 0) unexpected.push_back(tensor.name);
  }
  std::string problems;
  describe("missing", missing, problems);
  describe("unexpected", unexpected, problems);
  describe("wrongly shaped", misshaped, problems);
  if (problems.empty()) return;
  throw DataError(name_of(checkpoint) + " does not fit the model" + problems);
}

/// Values with which a network computes nonsense or nothing: those that are not finite, and
/// variances below zero.
void check_values(const Checkpoint& checkpoint, const TensorsByName& stored,
                  const std::vector<NamedTensor>& parameters) {
  constexpr std::string_view kVariance = "running_var";
  std::vector<std::string> broken, negative;
  for (const auto& [name, parameter] : parameters) {
    const auto match = stored.find(name);
    if (match == stored.end() || !match->second->is_floating_point()) continue;
    const at::Tensor& value = *match->second;
    const auto bad = value.isfinite().logical_not().sum().item<int64_t>();
    if (bad > 0) broken.push_back(fmt::format("{} ({} of {})", name, bad, value.numel()));
    const bool variance = name.size() >= kVariance.size() &&
                          name.compare(name.size() - kVariance.size(), kVariance.size(),
                                       kVariance) == 0;
    const auto below = variance ? value.lt(0).sum().item<int64_t>() : 0;
    if (below > 0) negative.push_back(fmt::format("{} ({} of {})", name, below, value.numel()));
  }
  std::string problems;
  describe("with values that are not finite", broken, problems);
  describe("with negative variances", negative, problems);
  if (!problems.empty())
    throw DataError(name_of(checkpoint) + " cannot be used" + problems);
}

}  // namespace

void assign_parameters(const Checkpoint& checkpoint,
                       const std::vector<NamedTensor>& model_parameters) {
  const std::vector<NamedTensor> parameters = named_as_in(checkpoint, model_parameters);
  const TensorsByName stored = by_name(checkpoint.tensors);
  check_fit(checkpoint, stored, parameters);
  check_values(checkpoint, stored, parameters);
  const at::NoGradGuard no_grad;
  for (const auto& [name, parameter] : parameters) {
    if (!decides_nothing(name)) parameter.copy_(*stored.at(name));
  }
}

int64_t assign_fitting_parameters(const Checkpoint& checkpoint,
                                  const std::vector<NamedTensor>& model_parameters) {
  const TensorsByName stored = by_name(checkpoint.tensors);
  const at::NoGradGuard no_grad;
  int64_t assigned = 0;
  const std::vector<NamedTensor> parameters = named_as_in(checkpoint, model_parameters);
  check_values(checkpoint, stored, parameters);
  for (const auto& [name, parameter] : parameters) {
    const auto match = stored.find(name);
    if (match == stored.end() || match->second->sizes() != parameter.sizes()) continue;
    parameter.copy_(*match->second);
    ++assigned;
  }
  return assigned;
}

}  // namespace ptqbench
