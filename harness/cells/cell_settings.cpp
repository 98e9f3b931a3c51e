#include "harness/cells/cell_settings.h"

#include "harness/config/option_fields.h"

namespace ptqbench {
namespace {

SettingValue setting(int64_t value) { return value; }
SettingValue setting(double value) { return value; }
SettingValue setting(bool value) { return value; }
SettingValue setting(const std::string& value) { return value; }
SettingValue setting(const std::vector<double>& value) { return option_text(value); }

template <class Options>
void append(const Options& options, const std::string& prefix,
            std::vector<std::pair<std::string, SettingValue>>& settings) {
  for (const auto& field : Options::fields()) {
    std::visit(
        [&](auto member) { settings.emplace_back(prefix + field.name, setting(options.*member)); },
        field.member);
  }
}

}  // namespace

std::vector<std::pair<std::string, SettingValue>> cell_settings(const Cell& cell) {
  std::vector<std::pair<std::string, SettingValue>> settings;
  append(cell.settings, "", settings);
  append(cell.task.dataset, "dataset.", settings);
  if (!cell.task.text.vocabulary.empty()) append(cell.task.text, "text.", settings);
  append(cell.evaluation, "evaluation.", settings);
  return settings;
}

}  // namespace ptqbench
