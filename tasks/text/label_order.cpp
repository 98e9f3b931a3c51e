#include "tasks/text/label_order.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "support/data_error.h"
#include "support/nearest_name.h"
#include "tasks/data/json_element.h"
#include "tasks/data/json_file.h"

namespace ptqbench {
namespace {

constexpr const char* kOutputLayer = "classifier";
constexpr size_t kMaxConfigBytes = size_t{1} << 24;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> lower(std::vector<std::string> texts) {
  for (auto& text : texts) text = lower(text);
  return texts;
}

}  // namespace

std::vector<int64_t> output_order(const std::vector<std::string>& classes,
                                  const std::vector<std::string>& labels,
                                  const std::string& where) {
  const auto names = lower(labels);
  std::vector<int64_t> order;
  for (const auto& name : lower(classes)) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end() || labels.size() != classes.size()) {
      throw ConfigError(
          fmt::format("{}: the outputs are called {}, expected the classes of the data "
                      "set in the order of the outputs: {}",
                      where, join(labels), join(classes)));
    }
    order.push_back(found - names.begin());
  }
  std::vector<int64_t> same(order.size());
  std::iota(same.begin(), same.end(), 0);
  return order == same ? std::vector<int64_t>() : order;
}

std::vector<std::string> labels_of_config(const std::filesystem::path& config,
                                          const std::vector<std::string>& classes) {
  std::error_code ignored;
  if (config.empty() || !std::filesystem::exists(config, ignored)) return {};
  const auto json = read_json_file(config, kMaxConfigBytes);
  const JsonElement file(json, "", config);
  if (!file.has("id2label")) return {};
  const auto names = file.member("id2label");
  std::vector<std::string> labels;
  while (names.has(std::to_string(labels.size()).c_str()))
    labels.push_back(names.member(std::to_string(labels.size()).c_str()).text());
  const auto known = lower(classes);
  const bool names_classes = std::any_of(labels.begin(), labels.end(), [&](const auto& label) {
    return std::count(known.begin(), known.end(), lower(label)) > 0;
  });
  return names_classes ? labels : std::vector<std::string>();
}

void reorder_outputs(UnitGraph& model, const std::vector<int64_t>& order) {
  const torch::NoGradGuard no_grad;
  const auto rows = at::tensor(order, at::kLong);
  int64_t changed = 0;
  for (const auto& parameter : model.parameters()) {
    const bool of_outputs = parameter.name == fmt::format("{}.weight", kOutputLayer) ||
                            parameter.name == fmt::format("{}.bias", kOutputLayer);
    if (!of_outputs || parameter.value.size(0) != rows.size(0)) continue;
    at::Tensor(parameter.value).copy_(parameter.value.index_select(0, rows));
    ++changed;
  }
  if (changed != 2)
    throw ConfigError(fmt::format("the model has no layer '{}' with {} outputs to put in order",
                                  kOutputLayer, rows.size(0)));
}

}  // namespace ptqbench
