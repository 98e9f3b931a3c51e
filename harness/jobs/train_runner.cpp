#include "harness/jobs/train_runner.h"

#include <ATen/Context.h>
#include <fmt/format.h>

#include "harness/config/option_fields.h"
#include "harness/devices/blas.h"
#include "harness/devices/machine.h"
#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/task.h"
#include "tasks/training/train.h"

namespace ptqbench {
namespace {

constexpr int64_t kEvaluationBatch = 250;

/// Everything that decides which parameters come out, but threads.
std::map<std::string, std::string> training_facts(const TrainConfig& config, const Task& task) {
  std::map<std::string, std::string> facts = {{"model", config.model.name},
                                              {"data_sha256", task.data_key()}};
  for (const auto& [name, file] : {std::pair("model_config_sha256", config.model.config),
                                   std::pair("initialize_from_sha256", config.initialize_from)}) {
    if (!file.empty()) facts[name] = sha256_file(file.string());
  }
  for (const auto& [name, text] : fingerprint_texts(config.task.dataset)) {
    // Where the files are decides nothing.
    if (name != "root" && name != "label_file") facts["dataset." + name] = text;
  }
  if (!config.task.text.vocabulary.empty()) {
    for (const auto& [name, text] : fingerprint_texts(config.task.text))
      if (name != "vocabulary") facts["text." + name] = text;
  }
  for (const auto* fields : {&TrainOptions::fields(), &TrainOptions::augmentation_fields()}) {
    for (const auto& field : *fields) {
      facts["train." + field.name] = field_text(field, config.options);
    }
  }
  return facts;
}

void make_folder_of(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    throw IoError(fmt::format("cannot make the folder {} of the output: {}",
                              file.parent_path().string(), error.message()));
  }
}

/// Takes what fits of another model's parameters; returns a sentence on it.
std::string start_from(const std::filesystem::path& file, const UnitGraph& model) {
  const auto checkpoint = load_checkpoint(file);
  const auto taken = assign_fitting_parameters(checkpoint, model.parameters());
  if (taken == 0)
    throw ConfigError("initialize_from: nothing in " + file.string() + " fits the model");
  return fmt::format("{} of {} tensors from {}", taken, model.parameters().size(), file.string());
}

}  // namespace

int train_model(Communicator& communicator, const TrainConfig& config) {
  const int64_t threads = threads_for_rank(communicator, config.threads);
  if (communicator.rank() != 0) return 0;
  set_threads(threads);
  const auto task = make_task(config.task);
  at::manual_seed(static_cast<uint64_t>(config.options.seed));
  auto model = task->make_model(config.model);
  if (!config.initialize_from.empty())
    fmt::print(stderr, "starting with {}\n", start_from(config.initialize_from, model));
  const auto data = task->training_data(config.options);
  make_folder_of(config.output);
  const TrainingState state{config.output.string() + ".training", training_facts(config, *task)};
  fmt::print(stderr, "training {} on {} ({} samples), {} thread(s)\n", config.model.name,
             config.task.dataset.name, data->size(), threads);
  Metrics metrics;
  const auto evaluate = [&](const UnitGraph& trained) {
    FullPrecisionPass pass;
    LocalGroup alone;
    metrics = task->evaluate(trained, pass, 0, kEvaluationBatch, alone);
    return metrics.value;
  };
  const auto last =
      train_model(model, *data, config.options, state, evaluate, [&](const EpochReport& report) {
        fmt::print(stderr, "epoch {}/{}: loss {:.4f}, {} {:.2f}, {:.0f} s\n", report.epoch,
                   report.epochs, report.loss, metrics.name, report.metric, report.seconds);
      });
  // A finished state is continued without an epoch.
  if (metrics.name.empty()) evaluate(model);
  auto tensors = model.parameters();
  for (auto& buffer : model.buffers()) tensors.push_back(std::move(buffer));
  auto facts = state.made_for;
  facts[metrics.name] = fmt::format("{:.2f}", last.metric);
  facts["made_by"] = program_version();
  save_safetensors(config.output, tensors, facts);
  std::filesystem::remove(state.file);
  fmt::print("{}: {} {:.2f}\n", config.output.string(), metrics.name, last.metric);
  return 0;
}

}  // namespace ptqbench
