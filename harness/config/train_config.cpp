#include "harness/config/train_config.h"

#include <fmt/format.h>

#include "harness/config/config_name.h"
#include "harness/config/config_path.h"
#include "harness/config/option_fields.h"
#include "harness/config/task_reader.h"
#include "harness/config/yaml_file.h"

namespace ptqbench {
namespace {

TrainOptions read_train_options(YamlMapReader& map) {
  TrainOptions options;
  read_options(map, options);
  if (const auto augmentation = map.optional("augmentation")) {
    YamlMapReader section(*augmentation);
    read_fields(section, TrainOptions::augmentation_fields(), options);
    section.reject_unknown_keys();
  }
  const auto warmup = map.optional("warmup_epochs");
  if (warmup && options.warmup_epochs > static_cast<double>(options.epochs)) {
    warmup->problem(fmt::format("expected at most the {} epochs of the run, got {}", options.epochs,
                                options.warmup_epochs));
  }
  return options;
}

}  // namespace

TrainConfig load_train(const std::filesystem::path& path,
                       const std::vector<std::string>& set_overrides, const KnownNames& known) {
  Problems problems;
  const auto root = load_yaml(path, set_overrides, problems);
  YamlMapReader map(YamlReader(root, "", problems));
  TrainConfig config;
  if (const auto name = map.required("name")) config.name = read_config_name(*name);
  config.task = read_task_options(map, known);
  if (const auto model = map.required("model")) {
    config.model.name = model->choice("model", known.models).value_or("");
  }
  if (const auto sizes = map.optional("model_config")) config.model.config = read_path(*sizes);
  if (const auto start = map.optional("initialize_from"))
    config.initialize_from = read_path(*start);
  if (const auto output = map.required("output")) config.output = read_path(*output);
  config.options = read_train_options(map);
  if (const auto threads = map.optional("threads"))
    config.threads = threads->integer({0, 1024}).value_or(0);
  map.reject_unknown_keys();
  problems.throw_if_any();
  return config;
}

}  // namespace ptqbench
