#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace ptqbench {

/// A value in a JSON file and what it is called there ("data[3].id"), so that errors can name it.
/// Everything throws DataError with the file, the name and what was expected.
class JsonElement {
 public:
  /// Both references must outlive this and what comes of it. `name` of the whole file: "".
  JsonElement(const nlohmann::json& value, std::string name, const std::filesystem::path& path);

  const std::string& name() const { return name_; }

  /// Throws "path: name: problem".
  [[noreturn]] void fail(const std::string& problem) const;

  /// Whether it is an object with this member.
  bool has(const char* key) const;
  JsonElement member(const char* key) const;
  /// Of an array.
  std::vector<JsonElement> elements() const;
  const std::string& text() const;
  /// A whole number, also one that is written as 5.0.
  int64_t integer() const;
  /// A text, or a whole number as text.
  std::string text_or_integer() const;
  double number() const;
  bool boolean() const;
  /// true or false, also written as 1 or 0.
  bool flag() const;

 private:
  [[noreturn]] void fail_type(const char* expected) const;

  const nlohmann::json& value_;
  std::string name_;
  const std::filesystem::path& path_;
};

}  // namespace ptqbench
