#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/config/problems.h"

namespace ptqbench {

struct YamlEntry;

/// A YAML value that remembers where it was written, so that values of several files can be merged
/// into one tree and still be reported at their own line. Scalars stay text until a reader asks for
/// a type.
struct YamlValue {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  ConfigPlace place;
  std::string text;
  std::vector<YamlValue> items;
  /// In the order of the file; keys are unique.
  std::vector<YamlEntry> entries;

  /// The entry of a map, or nullptr.
  const YamlEntry* find(const std::string& key) const;
  YamlEntry* find(const std::string& key);
};

struct YamlEntry {
  std::string key;
  ConfigPlace place;
  YamlValue value;
};

/// Parses the one YAML document in `text`; `file` is what messages call it. Aliases stand for what
/// their anchors hold, `<<` merges maps into a map. Nothing at all is a null value. Duplicate keys
/// are noted as problems and the first one is kept. A syntax error, a second document, a control
/// character or a document of more than 20,000 values is noted and gives nullopt.
std::optional<YamlValue> parse_yaml(const std::string& text, const std::string& file,
                                    Problems& problems);

/// The same for a value that was not in a file: everything in it is said to come from `place`.
std::optional<YamlValue> parse_yaml_at(const std::string& text, const ConfigPlace& place,
                                       Problems& problems);

/// Lays `over` on `base`: maps merge key by key, anything else is replaced.
void merge_yaml(YamlValue& base, YamlValue over);

}  // namespace ptqbench
