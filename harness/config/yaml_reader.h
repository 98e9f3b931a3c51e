#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/yaml_value.h"

namespace ptqbench {

/// Inclusive bounds of a number.
struct NumberBounds {
  double minimum = -1e300;
  double maximum = 1e300;
};

/// A value, its key path and the list in which its problems are noted. Typed access that fails
/// notes where and what was expected and returns nullopt, so that reading goes on and finds the
/// next problem. Refers to the value and the problems; both must outlive it.
class YamlReader {
 public:
  YamlReader(const YamlValue& value, std::string path, Problems& problems)
      : value_(&value), path_(std::move(path)), problems_(&problems) {}

  const YamlValue& value() const { return *value_; }
  const ConfigPlace& place() const { return value_->place; }
  /// "settings.iterations", "models[1].checkpoint"; empty at the top.
  const std::string& path() const { return path_; }
  bool is(YamlValue::Kind kind) const { return value_->kind == kind; }

  /// One line of text, possibly empty.
  std::optional<std::string> text() const;
  std::optional<int64_t> integer(const NumberBounds& bounds = {}) const;
  /// A finite number; minus zero becomes zero.
  std::optional<double> number(const NumberBounds& bounds = {}) const;
  std::optional<bool> boolean() const;
  /// A text out of `valid`; `kind` ("model") names it in the message.
  std::optional<std::string> choice(const std::string& kind,
                                    const std::vector<std::string>& valid) const;
  /// The elements of a list; none for a null value.
  std::vector<YamlReader> items() const;
  /// The elements of a list, or the value itself if it is no list.
  std::vector<YamlReader> one_or_more() const;

  void problem(const std::string& message) const { problems_->add(place(), path_, message); }

 private:
  friend class YamlMapReader;

  std::nullopt_t expected(const std::string& what) const;

  const YamlValue* value_;
  std::string path_;
  Problems* problems_;
};

/// A map of which every key must be asked for: those that nobody asked for are unknown.
class YamlMapReader {
 public:
  /// A null value is an empty map; anything else that is no map is noted.
  explicit YamlMapReader(const YamlReader& reader);

  std::optional<YamlReader> optional(const std::string& key);
  /// Notes a missing key.
  std::optional<YamlReader> required(const std::string& key);

  /// Notes each key that was not asked for, with the nearest one that was, or that it belongs into
  /// the map `section` if it is one of that map's keys. Call when all have been asked for.
  void reject_unknown_keys(const std::string& section = "",
                           const std::vector<std::string>& section_keys = {}) const;

  const YamlReader& reader() const { return reader_; }

 private:
  std::string path_of(const std::string& key) const;

  YamlReader reader_;
  std::vector<std::string> asked_;
};

}  // namespace ptqbench
