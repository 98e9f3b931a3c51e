#include "harness/config/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "support/nearest_name.h"

namespace ptqbench {
namespace {

std::string describe(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::kNull:
      return "nothing";
    case YamlValue::Kind::kScalar:
      return quoted(value.text);
    case YamlValue::Kind::kList:
      return "a list";
    case YamlValue::Kind::kMap:
      return "a map";
  }
  return "";
}

std::string describe(const std::string& kind, const NumberBounds& bounds) {
  const NumberBounds none;
  const bool low = bounds.minimum != none.minimum;
  const bool high = bounds.maximum != none.maximum;
  if (low && high) return fmt::format("{} from {} to {}", kind, bounds.minimum, bounds.maximum);
  if (low) return fmt::format("{} of at least {}", kind, bounds.minimum);
  if (high) return fmt::format("{} of at most {}", kind, bounds.maximum);
  return kind;
}

bool within(double value, const NumberBounds& bounds) {
  return value >= bounds.minimum && value <= bounds.maximum;
}

template <class Number>
std::optional<Number> parse_number(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::nullopt_t YamlReader::expected(const std::string& what) const {
  problem("expected " + what + ", got " + describe(*value_));
  return std::nullopt;
}

std::optional<std::string> YamlReader::text() const {
  const bool one_line = value_->text.find_first_of("\n\r\t") == std::string::npos;
  if (!is(YamlValue::Kind::kScalar) || !one_line) return expected("one line of text");
  return value_->text;
}

std::optional<int64_t> YamlReader::integer(const NumberBounds& bounds) const {
  const auto number =
      is(YamlValue::Kind::kScalar) ? parse_number<int64_t>(value_->text) : std::nullopt;
  if (!number || !within(static_cast<double>(*number), bounds)) {
    return expected(describe("an integer", bounds));
  }
  return number;
}

std::optional<double> YamlReader::number(const NumberBounds& bounds) const {
  const auto number =
      is(YamlValue::Kind::kScalar) ? parse_number<double>(value_->text) : std::nullopt;
  if (!number || !std::isfinite(*number) || !within(*number, bounds)) {
    return expected(describe("a number", bounds));
  }
  return *number + 0.0;
}

std::optional<bool> YamlReader::boolean() const {
  if (is(YamlValue::Kind::kScalar) && value_->text == "true") return true;
  if (is(YamlValue::Kind::kScalar) && value_->text == "false") return false;
  return expected("true or false");
}

std::optional<std::string> YamlReader::choice(const std::string& kind,
                                              const std::vector<std::string>& valid) const {
  if (!is(YamlValue::Kind::kScalar)) return expected("the name of a " + kind);
  if (std::count(valid.begin(), valid.end(), value_->text) == 0) {
    problem("unknown " + kind + " " + quoted(value_->text) + valid_names_hint(value_->text, valid));
    return std::nullopt;
  }
  return value_->text;
}

std::vector<YamlReader> YamlReader::items() const {
  std::vector<YamlReader> readers;
  if (!is(YamlValue::Kind::kList)) {
    if (!is(YamlValue::Kind::kNull)) expected("a list");
    return readers;
  }
  for (const auto& item : value_->items) {
    readers.emplace_back(item, fmt::format("{}[{}]", path_, readers.size()), *problems_);
  }
  return readers;
}

std::vector<YamlReader> YamlReader::one_or_more() const {
  if (is(YamlValue::Kind::kList)) return items();
  return {*this};
}

YamlMapReader::YamlMapReader(const YamlReader& reader) : reader_(reader) {
  if (!reader.is(YamlValue::Kind::kMap) && !reader.is(YamlValue::Kind::kNull)) {
    reader.expected("a map");
  }
}

std::string YamlMapReader::path_of(const std::string& key) const {
  return reader_.path().empty() ? key : reader_.path() + "." + key;
}

std::optional<YamlReader> YamlMapReader::optional(const std::string& key) {
  if (std::count(asked_.begin(), asked_.end(), key) == 0) asked_.push_back(key);
  const auto* entry = reader_.value().find(key);
  if (entry == nullptr) return std::nullopt;
  return YamlReader(entry->value, path_of(key), *reader_.problems_);
}

std::optional<YamlReader> YamlMapReader::required(const std::string& key) {
  auto found = optional(key);
  // A value that should be a map and is none has been reported as that.
  const bool readable = reader_.is(YamlValue::Kind::kMap) || reader_.is(YamlValue::Kind::kNull);
  if (!found && readable) {
    reader_.problems_->add(reader_.place(), path_of(key), "the required key is missing");
  }
  return found;
}

void YamlMapReader::reject_unknown_keys(const std::string& section,
                                        const std::vector<std::string>& section_keys) const {
  for (const auto& entry : reader_.value().entries) {
    if (std::count(asked_.begin(), asked_.end(), entry.key) > 0) continue;
    const bool misplaced = std::count(section_keys.begin(), section_keys.end(), entry.key) > 0;
    reader_.problems_->add(
        entry.place, path_of(entry.key),
        "unknown key" + (misplaced ? fmt::format("; did you mean '{}.{}'?", section, entry.key)
                                   : valid_names_hint(entry.key, asked_)));
  }
}

}  // namespace ptqbench
