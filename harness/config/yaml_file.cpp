#include "harness/config/yaml_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "harness/config/split.h"
#include "support/error.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = 1 << 20;
/// Counts repeated reads of one file too; stops includes that double at every level.
constexpr int kMostFiles = 64;

std::string read_text(const fs::path& path) {
  // A name that cannot be looked up is told apart by opening it.
  std::error_code unknown;
  if (fs::is_directory(path, unknown))
    throw IoError(path.string() + ": expected a file, got a folder");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const auto reason = std::generic_category().message(errno != 0 ? errno : EIO);
    throw IoError(path.string() + ": cannot be read: " + reason);
  }
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw IoError(path.string() + ": reading failed");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kLargestFile) {
    throw IoError(fmt::format("{}: larger than {} bytes; is this a configuration?", path.string(),
                              kLargestFile));
  }
  return text;
}

/// The one name of a file that has several; of one that cannot be looked at (a name that is too long)
/// the name itself: reading it says what is wrong.
fs::path one_name(const fs::path& path) {
  std::error_code error;
  auto canonical = fs::weakly_canonical(path, error);
  return error ? path : canonical;
}

/// Reads a file and what it includes. Failed files are noted and skipped, so that all of them are
/// reported.
class IncludeReader {
 public:
  explicit IncludeReader(Problems& problems) : problems_(problems) {}

  bool failed() const { return failed_; }

  YamlValue read(const fs::path& path) {
    return merged(read_text(path), path.string(), path.parent_path());
  }

  YamlValue merged(const std::string& text, const std::string& name, const fs::path& folder) {
    auto parsed = parse_yaml(text, name, problems_);
    if (!parsed) {
      failed_ = true;
      return {};
    }
    auto value = std::move(*parsed);
    if (value.kind == YamlValue::Kind::kNull) value.kind = YamlValue::Kind::kMap;
    if (value.kind != YamlValue::Kind::kMap) {
      fail(value.place, "", "expected a map of keys at the top");
      return {};
    }
    drop_anchors_home(value);
    auto* include = value.find("include");
    if (include == nullptr) return value;
    const auto named = std::move(include->value);
    value.entries.erase(value.entries.begin() + (include - value.entries.data()));
    including_.push_back(one_name(name));
    YamlValue base = read_includes(named, folder);
    including_.pop_back();
    merge_yaml(base, std::move(value));
    return base;
  }

 private:
  void fail(const ConfigPlace& place, const std::string& path, const std::string& message) {
    problems_.add(place, path, message);
    failed_ = true;
  }

  /// Keys that begin with "x-" are a place for anchors and are not read.
  static void drop_anchors_home(YamlValue& value) {
    auto& entries = value.entries;
    entries.erase(
        std::remove_if(entries.begin(), entries.end(),
                       [](const YamlEntry& entry) { return entry.key.rfind("x-", 0) == 0; }),
        entries.end());
  }

  YamlValue read_includes(const YamlValue& named, const fs::path& folder) {
    YamlValue base;
    base.kind = YamlValue::Kind::kMap;
    if (named.kind == YamlValue::Kind::kList) {
      for (const auto& item : named.items) merge_yaml(base, read_include(item, folder));
    } else if (named.kind != YamlValue::Kind::kNull) {
      merge_yaml(base, read_include(named, folder));
    }
    return base;
  }

  YamlValue read_include(const YamlValue& named, const fs::path& folder) {
    YamlValue nothing;
    nothing.kind = YamlValue::Kind::kMap;
    if (named.kind != YamlValue::Kind::kScalar) {
      fail(named.place, "include", "expected a file name or a list of file names");
      return nothing;
    }
    const auto path = (folder / named.text).lexically_normal();
    if (std::count(including_.begin(), including_.end(), one_name(path)) > 0) {
      fail(named.place, "include", path.string() + " includes itself");
      return nothing;
    }
    if (++files_ > kMostFiles) {
      fail(named.place, "include", fmt::format("more than {} included files", kMostFiles));
      return nothing;
    }
    try {
      return read(path);
    } catch (const IoError& error) {
      fail(named.place, "include", error.what());
      return nothing;
    }
  }

  Problems& problems_;
  bool failed_ = false;
  int files_ = 0;
  /// The files that are being read, from the outermost in.
  std::vector<fs::path> including_;
};

/// Whether `keys` leads only through maps (or through nothing yet); otherwise notes what is in the
/// way.
bool leads_through_maps(const YamlValue& root, const std::vector<std::string>& keys,
                        const ConfigPlace& place, Problems& problems) {
  const YamlValue* at = &root;
  std::string path;
  for (size_t i = 0; i + 1 < keys.size(); ++i) {
    const auto* entry = at->find(keys[i]);
    if (entry == nullptr) return true;
    at = &entry->value;
    path += (path.empty() ? "" : ".") + keys[i];
    if (at->kind == YamlValue::Kind::kNull) return true;
    if (at->kind != YamlValue::Kind::kMap) {
      problems.add(place, path,
                   "is not a map (" + to_string(at->place) + "), so it can only be set as a whole");
      return false;
    }
  }
  return true;
}

void apply_set(YamlValue& root, const std::string& assignment, Problems& problems) {
  const ConfigPlace place{"--set " + assignment, 0, 0};
  const auto equals = assignment.find('=');
  const auto keys = split(assignment.substr(0, equals), '.');
  if (equals == std::string::npos || std::count(keys.begin(), keys.end(), "") > 0) {
    problems.add(place, "", "expected key=value, such as settings.iterations=100");
    return;
  }
  if (keys.front() == "include") {
    problems.add(place, "include", "can only be given in a file");
    return;
  }
  auto parsed = parse_yaml_at(assignment.substr(equals + 1), place, problems);
  if (!parsed || !leads_through_maps(root, keys, place, problems)) return;
  auto value = std::move(*parsed);
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    YamlValue map;
    map.kind = YamlValue::Kind::kMap;
    map.place = place;
    map.entries.push_back({*key, place, std::move(value)});
    value = std::move(map);
  }
  // What is missing from the file is still reported at the file.
  const auto root_place = root.place;
  merge_yaml(root, std::move(value));
  root.place = root_place;
}

}  // namespace

YamlValue load_yaml(const fs::path& path, const std::vector<std::string>& set_overrides,
                    Problems& problems) {
  IncludeReader reader(problems);
  auto root = reader.read(path);
  if (!reader.failed() && root.entries.empty()) {
    problems.add({path.string(), 0, 0}, "", "is empty; expected keys such as 'name: my_sweep'");
  }
  if (reader.failed() || root.entries.empty()) problems.throw_if_any();
  for (const auto& assignment : set_overrides) apply_set(root, assignment, problems);
  return root;
}

YamlValue load_yaml_text(const std::string& text, const std::string& name, Problems& problems) {
  IncludeReader reader(problems);
  auto root = reader.merged(text, name, fs::path());
  if (reader.failed()) problems.throw_if_any();
  return root;
}

}  // namespace ptqbench
