#include "harness/config/yaml_value.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace ptqbench {
namespace {

/// Aliases can make a short file describe an endless or exponentially large document.
constexpr int kMostValues = 20000;
constexpr int kDeepest = 50;

/// Thrown within this file to leave a document that is too large.
struct TooLarge {
  ConfigPlace place;
};

/// Turns yaml-cpp's nodes into values.
class Converter {
 public:
  Converter(ConfigPlace origin, Problems& problems)
      : origin_(std::move(origin)), problems_(problems) {}

  ConfigPlace place_of(const YAML::Mark& mark) const {
    // Line 0: the text is not a file, so a line in it would mislead.
    if (origin_.line == 0 || mark.line < 0) return origin_;
    return {origin_.file, mark.line + 1, mark.column + 1};
  }

  YamlValue convert(const YAML::Node& node, const std::string& path, int depth) {
    YamlValue value;
    value.place = place_of(node.Mark());
    if (++values_ > kMostValues || depth > kDeepest) throw TooLarge{value.place};
    if (node.IsScalar()) {
      value.kind = YamlValue::Kind::kScalar;
      value.text = node.Scalar();
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::kList;
      for (const auto& item : node) {
        const auto item_path = fmt::format("{}[{}]", path, value.items.size());
        value.items.push_back(convert(item, item_path, depth + 1));
      }
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::kMap;
      for (const auto& pair : node) {
        if (!is_merge_key(pair.first)) add_entry(value, pair.first, pair.second, path, depth);
      }
      for (const auto& pair : node) {
        if (is_merge_key(pair.first)) merge(value, pair.first, pair.second, path, depth);
      }
    }
    return value;
  }

 private:
  static bool is_merge_key(const YAML::Node& key) {
    return key.IsScalar() && key.Scalar() == "<<" && key.Tag() != "!";
  }

  /// Of `<<: *name` and `<<: [*a, *b]`: entries that the map itself or an earlier map has stay
  /// (https://yaml.org/type/merge.html).
  void merge(YamlValue& map, const YAML::Node& key, const YAML::Node& node, const std::string& path,
             int depth) {
    const bool several = node.IsSequence();
    const size_t count = several ? node.size() : 1;
    for (size_t i = 0; i < count; ++i) {
      auto base = convert(several ? YAML::Node(node[i]) : node, path, depth + 1);
      if (base.kind != YamlValue::Kind::kMap) {
        problems_.add(place_of(key.Mark()), path, "'<<' expects a map, or a list of maps");
        return;
      }
      for (auto& entry : base.entries) {
        if (map.find(entry.key) == nullptr) map.entries.push_back(std::move(entry));
      }
    }
  }

  void add_entry(YamlValue& map, const YAML::Node& key, const YAML::Node& node,
                 const std::string& path, int depth) {
    const auto place = place_of(key.Mark());
    if (!key.IsScalar() || key.Scalar().empty()) {
      problems_.add(place, path, "expected a name as key");
      return;
    }
    const auto key_path = path.empty() ? key.Scalar() : path + "." + key.Scalar();
    YamlEntry entry{key.Scalar(), place, convert(node, key_path, depth + 1)};
    // yaml-cpp places a value that is not there at whatever follows.
    if (entry.value.kind == YamlValue::Kind::kNull) entry.value.place = place;
    if (const auto* first = map.find(entry.key)) {
      problems_.add(place, key_path,
                    "the key is given twice (first at " + to_string(first->place) + ")");
      return;
    }
    map.entries.push_back(std::move(entry));
  }

  ConfigPlace origin_;
  Problems& problems_;
  int values_ = 0;
};

/// yaml-cpp stops reading at some control characters without a word, which would drop the rest of
/// the file.
bool has_control_character(const std::string& text, ConfigPlace origin, Problems& problems) {
  const auto found = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
  if (found == text.end()) return false;
  if (origin.line > 0) origin.line += static_cast<int>(std::count(text.begin(), found, '\n'));
  problems.add(origin, "", fmt::format("control character 0x{:02x} in the text", *found));
  return true;
}

/// Of a text that is no YAML: which line, from 1 and not behind `last`, a tab indents; 0: none.
int tab_indented_line(const std::string& text, int last) {
  int line = 1;
  for (size_t begin = 0; begin < text.size() && line <= last; ++line) {
    const size_t content = text.find_first_not_of(" \t", begin);
    if (content == std::string::npos) return 0;
    const auto indent = text.substr(begin, content - begin);
    if (text[content] != '\n' && indent.find('\t') != std::string::npos) return line;
    begin = text.find('\n', content);
    if (begin == std::string::npos) return 0;
    ++begin;
  }
  return 0;
}

std::string syntax_error(const YAML::Exception& error, const std::string& text) {
  const int line = tab_indented_line(text, error.mark.line + 1);
  if (line == 0) return "YAML syntax: " + error.msg;
  return fmt::format(
      "YAML syntax: line {} is indented with a tab, where YAML takes spaces only ({})", line,
      error.msg);
}

std::optional<YamlValue> parse(const std::string& text, const ConfigPlace& origin,
                               Problems& problems) {
  if (has_control_character(text, origin, problems)) return std::nullopt;
  Converter converter(origin, problems);
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      problems.add(converter.place_of(documents[1].Mark()), "",
                   "expected one YAML document, got another one here");
      return std::nullopt;
    }
    if (documents.empty() || documents[0].IsNull()) {
      YamlValue nothing;
      nothing.place = origin;
      return nothing;
    }
    return converter.convert(documents[0], "", 0);
  } catch (const YAML::Exception& error) {
    problems.add(converter.place_of(error.mark), "", syntax_error(error, text));
  } catch (const TooLarge& error) {
    problems.add(error.place, "",
                 fmt::format("more than {} values or {} levels; does an alias contain itself?",
                             kMostValues, kDeepest));
  }
  return std::nullopt;
}

}  // namespace

const YamlEntry* YamlValue::find(const std::string& key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const YamlEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

YamlEntry* YamlValue::find(const std::string& key) {
  return const_cast<YamlEntry*>(static_cast<const YamlValue*>(this)->find(key));
}

std::optional<YamlValue> parse_yaml(const std::string& text, const std::string& file,
                                    Problems& problems) {
  return parse(text, {file, 1, 1}, problems);
}

std::optional<YamlValue> parse_yaml_at(const std::string& text, const ConfigPlace& place,
                                       Problems& problems) {
  return parse(text, {place.file, 0, 0}, problems);
}

void merge_yaml(YamlValue& base, YamlValue over) {
  if (base.kind != YamlValue::Kind::kMap || over.kind != YamlValue::Kind::kMap) {
    base = std::move(over);
    return;
  }
  base.place = over.place;
  for (auto& entry : over.entries) {
    if (auto* existing = base.find(entry.key)) {
      existing->place = entry.place;
      merge_yaml(existing->value, std::move(entry.value));
    } else {
      base.entries.push_back(std::move(entry));
    }
  }
}

}  // namespace ptqbench
