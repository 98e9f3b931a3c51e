#include "harness/config/dataset_reader.h"

#include <algorithm>

#include "harness/config/config_path.h"
#include "harness/config/option_fields.h"

namespace ptqbench {

DatasetOptions read_dataset(const YamlReader& reader, const KnownNames& known) {
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
    return field.name == "name" || field.name == "root";
  };
  fields.erase(std::remove_if(fields.begin(), fields.end(), is_read), fields.end());
  read_fields(map, fields, options);
  const auto root = map.optional("root");
  // An empty root stands for the data set's own default.
  if (root && !(root->is(YamlValue::Kind::kScalar) && root->value().text.empty())) {
    options.root = read_path(*root).string();
  }
  map.reject_unknown_keys();
  return options;
}

}  // namespace ptqbench
