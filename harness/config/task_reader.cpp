#include "harness/config/task_reader.h"

#include <algorithm>

#include "harness/config/config_path.h"
#include "harness/config/option_fields.h"
#include "tasks/text/text_datasets.h"

namespace ptqbench {
namespace {

/// An empty path stands for the data set's own default.
std::string read_optional_path(YamlMapReader& map, const std::string& key,
                               std::vector<std::string>* missing) {
  const auto path = map.optional(key);
  if (!path || (path->is(YamlValue::Kind::kScalar) && path->value().text.empty())) return "";
  return read_path(*path, missing).string();
}

template <class Options>
std::vector<Field<Options>> fields_without(const std::vector<std::string>& names) {
  auto fields = Options::fields();
  const auto is_read = [&](const auto& field) {
    return std::count(names.begin(), names.end(), field.name) > 0;
  };
  fields.erase(std::remove_if(fields.begin(), fields.end(), is_read), fields.end());
  return fields;
}

/// A list of two is `squash`, a number `resize` itself.
void read_resize(YamlMapReader& map, DatasetOptions& options) {
  const auto resize = map.optional("resize");
  if (!resize) return;
  const bool both_sides = resize->is(YamlValue::Kind::kList);
  for (const auto& field : DatasetOptions::fields()) {
    if (field.name == (both_sides ? "squash" : "resize")) read_field(*resize, field, options);
  }
  if (both_sides && options.squash.size() != 2)
    resize->problem("expected the shorter side, or [height, width]");
}

/// Means and standard deviations by the name of the data or the networks that they are usual for.
struct NamedNormalization {
  const char* name;
  std::vector<double> mean;
  std::vector<double> std;
};

const std::vector<NamedNormalization>& named_normalizations() {
  static const std::vector<NamedNormalization> all = {
      {"imagenet", {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
      {"inception", {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
      {"clip", {0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711}},
  };
  return all;
}

/// `member` of the normalization that the value names, or of the field's own list.
void read_normalization(YamlMapReader& map, const std::string& key,
                        std::vector<double> NamedNormalization::*member, DatasetOptions& options,
                        std::vector<double> DatasetOptions::*target) {
  const auto value = map.optional(key);
  if (!value) return;
  if (!value->is(YamlValue::Kind::kScalar)) {
    for (const auto& field : DatasetOptions::fields()) {
      if (field.name == key) read_field(*value, field, options);
    }
    return;
  }
  std::vector<std::string> names;
  for (const auto& known : named_normalizations()) names.emplace_back(known.name);
  const auto name = value->choice("normalization", names);
  for (const auto& known : named_normalizations()) {
    if (name == known.name) options.*target = known.*member;
  }
}

DatasetOptions read_dataset(const YamlReader& reader, const KnownNames& known,
                            std::vector<std::string>* missing) {
  DatasetOptions options;
  if (reader.is(YamlValue::Kind::kScalar)) {
    options.name = reader.choice("data set", known.datasets).value_or("");
    options.evaluation_split = default_evaluation_split(options.name);
    return options;
  }
  YamlMapReader map(reader);
  if (const auto name = map.required("name")) {
    options.name = name->choice("data set", known.datasets).value_or("");
  }
  options.evaluation_split = default_evaluation_split(options.name);
  read_fields(map, fields_without<DatasetOptions>({"name", "root", "label_file", "resize", "mean", "std"}),
              options);
  read_resize(map, options);
  read_normalization(map, "mean", &NamedNormalization::mean, options, &DatasetOptions::mean);
  read_normalization(map, "std", &NamedNormalization::std, options, &DatasetOptions::std);
  options.root = read_optional_path(map, "root", missing);
  options.label_file = read_optional_path(map, "label_file", missing);
  map.reject_unknown_keys();
  return options;
}

TextOptions read_text(const YamlReader& reader, std::vector<std::string>* missing) {
  TextOptions options;
  YamlMapReader map(reader);
  if (const auto vocabulary = map.required("vocabulary"))
    options.vocabulary = read_path(*vocabulary, missing).string();
  read_fields(map, fields_without<TextOptions>({"vocabulary"}), options);
  map.reject_unknown_keys();
  return options;
}

}  // namespace

TaskOptions read_task_options(YamlMapReader& map, const KnownNames& known,
                              std::vector<std::string>* missing) {
  TaskOptions options;
  if (const auto task = map.required("task"))
    options.name = task->choice("task", known.tasks).value_or("");
  if (const auto dataset = map.required("dataset"))
    options.dataset = read_dataset(*dataset, known, missing);
  if (const auto text = map.optional("text")) options.text = read_text(*text, missing);
  return options;
}

}  // namespace ptqbench
