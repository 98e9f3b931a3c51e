#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/naming.h"

namespace ptqbench {

namespace {

constexpr size_t kNamesShown = 10;

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

/// Names of numbers that decide nothing and that files may have or lack: batch norm's count of
/// training steps, and the positions 0, 1, 2, ... that Hugging Face's BERT used to store.
bool is_ignored(std::string_view name) {
  return ends_with(name, "num_batches_tracked") || ends_with(name, "embeddings.position_ids");
}

/// Parts of a pretrained BERT that a fine-tuned model may carry along without using them.
bool is_left_over(std::string_view name) {
  const auto starts_with = [&](std::string_view part) {
    return name.substr(0, part.size()) == part;
  };
  return starts_with("bert.pooler.") || starts_with("cls.");
}

void describe(const char* problem, const std::vector<std::string>& names, std::string& message) {
  if (names.empty()) return;
  const auto shown =
      names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesShown));
  message += fmt::format("; {} {}: {}{}", names.size(), problem, join({names.begin(), shown}),
                         names.size() > kNamesShown ? ", ..." : "");
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
    if (is_ignored(name)) continue;
    const auto match = stored.find(name);
    if (match == stored.end()) {
      missing.push_back(name);
    } else if (match->second->sizes() != parameter.sizes()) {
      misshaped.push_back(fmt::format("{} [{}], expected [{}]", name,
                                      fmt::join(match->second->sizes(), ", "),
                                      fmt::join(parameter.sizes(), ", ")));
    }
  }
  const TensorsByName known = by_name(parameters);
  for (const auto& tensor : checkpoint.tensors) {
    if (is_ignored(tensor.name) || is_left_over(tensor.name)) continue;
    if (known.count(tensor.name) == 0) unexpected.push_back(tensor.name);
  }
  std::string problems;
  describe("missing", missing, problems);
  describe("unexpected", unexpected, problems);
  describe("wrongly shaped", misshaped, problems);
  if (problems.empty()) return;
  const auto name =
      checkpoint.path.empty() ? "the checkpoint" : "checkpoint " + checkpoint.path.string();
  throw IoError(name + " does not fit the model" + problems);
}

}  // namespace

void assign_parameters(const Checkpoint& checkpoint,
                       const std::vector<NamedTensor>& model_parameters) {
  const std::vector<NamedTensor> parameters = named_as_in(checkpoint, model_parameters);
  const TensorsByName stored = by_name(checkpoint.tensors);
  check_fit(checkpoint, stored, parameters);
  const at::NoGradGuard no_grad;
  for (const auto& [name, parameter] : parameters) {
    if (!is_ignored(name)) parameter.copy_(*stored.at(name));
  }
}

int64_t assign_fitting_parameters(const Checkpoint& checkpoint,
                                  const std::vector<NamedTensor>& model_parameters) {
  const TensorsByName stored = by_name(checkpoint.tensors);
  const at::NoGradGuard no_grad;
  int64_t assigned = 0;
  for (const auto& [name, parameter] : named_as_in(checkpoint, model_parameters)) {
    const auto match = stored.find(name);
    if (match == stored.end() || match->second->sizes() != parameter.sizes()) continue;
    parameter.copy_(*match->second);
    ++assigned;
  }
  return assigned;
}

}  // namespace ptqbench
