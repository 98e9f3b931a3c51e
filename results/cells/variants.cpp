#include "results/cells/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace ptqbench {
namespace {

constexpr const char* kUnset = "unset";

}  // namespace

DecisiveSettings decisive_settings(const CellRecord& record,
                                   const std::vector<std::string>& averaged_settings) {
  DecisiveSettings settings;
  for (const auto& [key, value] : record.settings) settings[key] = setting_text(value);
  const auto checkpoint = record.provenance.find(kCheckpointHash);
  if (checkpoint != record.provenance.end()) {
    // As much of a hash as tells checkpoints apart and a reader takes in.
    settings[kCheckpointHash] = checkpoint->second.substr(0, 8);
  }
  for (const auto& key : averaged_settings) settings.erase(key);
  return settings;
}

std::string value_of(const DecisiveSettings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? kUnset : found->second;
}

std::set<std::string> differing_settings(const std::vector<const CellRecord*>& cells,
                                         const std::vector<std::string>& averaged_settings) {
  using Entry = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Entry, std::vector<DecisiveSettings>> settings_of_entry;
  std::set<std::string> keys;
  for (const CellRecord* cell : cells) {
    if (cell->status == CellStatus::kMissing) continue;
    const auto settings = decisive_settings(*cell, averaged_settings);
    for (const auto& [key, value] : settings) keys.insert(key);
    settings_of_entry[{cell->task, cell->dataset, cell->model, bits_label(cell->bits)}].push_back(
        settings);
  }
  std::set<std::string> differing;
  for (const auto& key : keys) {
    for (const auto& [entry, cells_settings] : settings_of_entry) {
      std::set<std::string> values;
      for (const auto& settings : cells_settings) values.insert(value_of(settings, key));
      // A cell that failed before it read its checkpoint does not differ from the others.
      if (key == kCheckpointHash) values.erase(kUnset);
      if (values.size() > 1) differing.insert(key);
    }
  }
  return differing;
}

std::string settings_label(const std::set<std::string>& keys,
                           const std::vector<std::string>& values) {
  std::string label;
  std::size_t i = 0;
  for (const auto& key : keys) {
    label += fmt::format("{}{}={}", i == 0 ? "" : ", ", key, values[i]);
    ++i;
  }
  return label;
}

std::string variant_name(const std::string& method, const std::string& variant) {
  return variant.empty() ? method : fmt::format("{} ({})", method, variant);
}

const CellRecord* last_started(const std::vector<const CellRecord*>& runs) {
  return *std::max_element(runs.begin(), runs.end(),
                           [](const CellRecord* left, const CellRecord* right) {
                             return std::tie(left->started_at, left->fingerprint) <
                                    std::tie(right->started_at, right->fingerprint);
                           });
}

}  // namespace ptqbench
