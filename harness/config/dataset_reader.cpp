#include "harness/config/dataset_reader.h"

#include <algorithm>

#include "harness/config/config_path.h"
#include "harness/config/option_fields.h"

namespace ptqbench {
namespace {

/// An empty path stands for the data set's own default.
std::string read_optional_path(YamlMapReader& map, const std::string& key,
                               std::vector<std::string>* missing) {
  const auto path = map.optional(key);
  if (!path || (path->is(YamlValue::Kind::kScalar) && path->value().text.empty())) return "";
  return read_path(*path, missing).string();
}

}  // namespace

DatasetOptions read_dataset(const YamlReader& reader, const KnownNames& known,
                            std::vector<std::string>* missing) {
  DatasetOptions options;
  if (reader.is(YamlValue::Kind::kScalar)) {
    options.name = reader.choice("data set", known.datasets).value_or("");
    return options;
  }
  YamlMapReader map(reader);
  if (const auto name = map.required("name")) {
    options.name = name->choice("data set", known.datasets).value_or("");
  }
  auto fields = DatasetOptions::fields();
  const auto is_read = [](const auto& field) {
    return field.name == "name" || field.name == "root" || field.name == "label_file";
  };
  fields.erase(std::remove_if(fields.begin(), fields.end(), is_read), fields.end());
  read_fields(map, fields, options);
  options.root = read_optional_path(map, "root", missing);
  options.label_file = read_optional_path(map, "label_file", missing);
  map.reject_unknown_keys();
  return options;
}

}  // namespace ptqbench
