#include "harness/config/option_fields.h"

#include <fmt/format.h>

namespace ptqbench {

std::string option_text(int64_t value) { return fmt::format("{}", value); }

std::string option_text(double value) { return fmt::format("{}", value + 0.0); }

std::string option_text(bool value) { return value ? "true" : "false"; }

std::string option_text(const std::string& value) { return value; }

std::string option_text(const std::vector<double>& value) {
  std::vector<std::string> texts;
  for (const double element : value) texts.push_back(option_text(element));
  return "[" + join(texts) + "]";
}

void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>&, int64_t& out) {
  out = reader.integer(bounds).value_or(out);
}

void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>&, double& out) {
  out = reader.number(bounds).value_or(out);
}

void read_option(const YamlReader& reader, const NumberBounds&, const std::vector<std::string>&,
                 bool& out) {
  out = reader.boolean().value_or(out);
}

void read_option(const YamlReader& reader, const NumberBounds&,
                 const std::vector<std::string>& choices, std::string& out) {
  out = (choices.empty() ? reader.text() : reader.choice("value", choices)).value_or(out);
}

void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>&, std::vector<double>& out) {
  std::vector<double> values;
  for (const auto& item : reader.items()) {
    const auto value = item.number(bounds);
    if (!value) return;
    values.push_back(*value);
  }
  if (reader.is(YamlValue::Kind::kList) || reader.is(YamlValue::Kind::kNull)) out = values;
}

}  // namespace ptqbench
