#include "tasks/data/json_element.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "support/data_error.h"

namespace ptqbench {

JsonElement::JsonElement(const nlohmann::json& value, std::string name,
                         const std::filesystem::path& path)
    : value_(value), name_(std::move(name)), path_(path) {}

void JsonElement::fail(const std::string& problem) const {
  throw DataError(
      fmt::format("{}: {}: {}", path_.string(), name_.empty() ? "file" : name_, problem));
}

bool JsonElement::has(const char* key) const { return value_.is_object() && value_.contains(key); }

JsonElement JsonElement::member(const char* key) const {
  if (!value_.is_object()) fail_type("an object");
  const auto found = value_.find(key);
  if (found == value_.end()) fail(fmt::format("'{}' is missing", key));
  return {*found, name_.empty() ? key : name_ + "." + key, path_};
}

std::vector<JsonElement> JsonElement::elements() const {
  if (!value_.is_array()) fail_type("an array");
  std::vector<JsonElement> all;
  for (const auto& value : value_)
    all.emplace_back(value, fmt::format("{}[{}]", name_, all.size()), path_);
  return all;
}

const std::string& JsonElement::text() const {
  if (!value_.is_string()) fail_type("a text");
  return value_.get_ref<const std::string&>();
}

int64_t JsonElement::integer() const {
  // Up to here every whole number is a float.
  constexpr double kMostExact = 9007199254740992.0;
  if (value_.is_number_integer()) return value_.get<int64_t>();
  if (value_.is_number_float()) {
    const auto number = value_.get<double>();
    if (std::abs(number) <= kMostExact && number == std::floor(number))
      return static_cast<int64_t>(number);
    fail(fmt::format("expected a whole number, it is {}", number));
  }
  fail_type("a whole number");
}

std::string JsonElement::text_or_integer() const {
  if (value_.is_string()) return text();
  if (!value_.is_number()) fail_type("a text or a whole number");
  return fmt::format("{}", integer());
}

double JsonElement::number() const {
  if (!value_.is_number()) fail_type("a number");
  return value_.get<double>();
}

bool JsonElement::boolean() const {
  if (!value_.is_boolean()) fail_type("true or false");
  return value_.get<bool>();
}

bool JsonElement::flag() const {
  if (value_.is_boolean()) return value_.get<bool>();
  if (!value_.is_number()) fail_type("true or false");
  const int64_t number = integer();
  if (number != 0 && number != 1) fail(fmt::format("expected 0 or 1, it is {}", number));
  return number == 1;
}

void JsonElement::fail_type(const char* expected) const {
  fail(fmt::format("expected {}, it is of type {}", expected, value_.type_name()));
}

}  // namespace ptqbench
