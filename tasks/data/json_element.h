#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace ptqbench {

/// A value in a JSON file and what it is called there ("data[3].id"), so that errors can name it.
/// Everything throws IoError with the file, the name and what was expected.
class JsonElement {
 public:
  /// Both references must outlive this and what comes of it. `name` of the whole file: "".
  JsonElement(const nlohmann::json& value, std::string name, const std::filesystem::path& path);

  /// Throws "path: name: problem".
  [[noreturn]] void fail(const std::string& problem) const;

  /// Whether it is an object with this member.
  bool has(const char* key) const;
  JsonElement member(const char* key) const;
  /// Of an array.
  std::vector<JsonElement> elements() const;
  const std::string& text() const;
  int64_t integer() const;
  double number() const;
  bool boolean() const;

 private:
  [[noreturn]] void fail_type(const char* expected) const;

  const nlohmann::json& value_;
  std::string name_;
  const std::filesystem::path& path_;
};

}  // namespace ptqbench
