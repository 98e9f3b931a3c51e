#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/config/yaml_reader.h"
#include "support/options.h"

/// Reading and writing of any options struct that lists its fields (support/options.h).
namespace ptqbench {

/// Names and canonical texts of options. A number has the shortest text that reads back to the same
/// number, a list is "[0.5, 0.25]".
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

std::string option_text(int64_t value);
std::string option_text(double value);
std::string option_text(bool value);
std::string option_text(const std::string& value);
std::string option_text(const std::vector<double>& value);

/// Reads a value into `out` and checks it; on a problem, which is noted, `out` is left alone.
void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>& choices, int64_t& out);
void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>& choices, double& out);
void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>& choices, bool& out);
void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>& choices, std::string& out);
void read_option(const YamlReader& reader, const NumberBounds& bounds,
                 const std::vector<std::string>& choices, std::vector<double>& out);

/// Reads one field of `options`.
template <class Options>
void read_field(const YamlReader& reader, const Field<Options>& field, Options& options) {
  const NumberBounds bounds{field.minimum, field.maximum};
  std::visit([&](auto member) { read_option(reader, bounds, field.choices, options.*member); },
             field.member);
}

/// Reads those of `fields` that the map has; the others keep their value. The names that were given
/// come back in the order of the fields. Unknown keys are left to the map's reject_unknown_keys().
template <class Options>
std::vector<std::string> read_fields(YamlMapReader& map, const std::vector<Field<Options>>& fields,
                                     Options& options) {
  std::vector<std::string> given;
  for (const auto& field : fields) {
    const auto value = map.optional(field.name);
    if (!value) continue;
    read_field(*value, field, options);
    given.push_back(field.name);
  }
  return given;
}

/// The same for all fields.
template <class Options>
std::vector<std::string> read_options(YamlMapReader& map, Options& options) {
  return read_fields(map, Options::fields(), options);
}

template <class Options>
std::string field_text(const Field<Options>& field, const Options& options) {
  return std::visit([&](auto member) { return option_text(options.*member); }, field.member);
}

/// All fields in declaration order.
template <class Options>
OptionTexts option_texts(const Options& options) {
  OptionTexts texts;
  for (const auto& field : Options::fields())
    texts.emplace_back(field.name, field_text(field, options));
  return texts;
}

/// Those that a fingerprint names: all but optional fields at their default.
template <class Options>
OptionTexts fingerprint_texts(const Options& options) {
  const Options defaults;
  OptionTexts texts;
  for (const auto& field : Options::fields()) {
    auto text = field_text(field, options);
    if (!field.optional || text != field_text(field, defaults))
      texts.emplace_back(field.name, std::move(text));
  }
  return texts;
}

/// Sets one option from its text, checked as in a file. Throws ConfigError, saying `name=text` and
/// what was expected.
template <class Options>
void assign_option(Options& options, const std::string& name, const std::string& text) {
  Problems problems;
  const ConfigPlace place{name + "=" + text, 0, 0};
  for (const auto& field : Options::fields()) {
    if (field.name != name) continue;
    YamlValue value;
    value.kind = YamlValue::Kind::kScalar;
    value.place = place;
    value.text = text;
    if (std::holds_alternative<std::vector<double> Options::*>(field.member)) {
      value = parse_yaml_at(text, place, problems).value_or(value);
    }
    Options changed = options;
    read_field(YamlReader(value, name, problems), field, changed);
    problems.throw_if_any();
    options = std::move(changed);
    return;
  }
  problems.add(place, name, "unknown key" + valid_names_hint(name, field_names<Options>()));
  problems.throw_if_any();
}

/// The same for "name=text".
template <class Options>
void assign_option(Options& options, const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos) throw ConfigError(assignment + ": expected key=value");
  assign_option(options, assignment.substr(0, equals), assignment.substr(equals + 1));
}

}  // namespace ptqbench
