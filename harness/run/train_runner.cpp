#include "harness/run/train_runner.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "harness/config/option_fields.h"
#include "harness/run/machine.h"
#include "methods/support/error.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/models/registry.h"
#include "tasks/train.h"

namespace ptqbench {
namespace {

/// Everything that decides which parameters come out, but threads.
std::map<std::string, std::string> training_facts(const TrainConfig& config,
                                                  const ImageDataset& train,
                                                  const ImageDataset& test) {
  std::map<std::string, std::string> facts = {{"model", config.model},
                                              {"train_data_sha256", train.content_key()},
                                              {"test_data_sha256", test.content_key()}};
  for (const auto& [name, text] : option_texts(config.dataset)) {
    // Where the files are decides nothing.
    if (name != "root") facts["dataset." + name] = text;
  }
  for (const auto* fields : {&TrainOptions::fields(), &TrainOptions::augmentation_fields()}) {
    for (const auto& field : *fields) {
      facts["train." + field.name] = field_text(field, config.options);
    }
  }
  return facts;
}

std::map<std::string, std::string> checkpoint_metadata(std::map<std::string, std::string> facts,
                                                       const EpochReport& last) {
  facts["top1_accuracy"] = fmt::format("{:.2f}", last.accuracy);
  facts["made_by"] = program_version();
  return facts;
}

}  // namespace

int train_model(Communicator& communicator, const TrainConfig& config) {
  const int64_t threads = threads_for_rank(communicator, config.threads);
  if (communicator.rank() != 0) return 0;
  at::set_num_threads(static_cast<int>(threads));
  const auto train = make_dataset(config.dataset, config.dataset.calibration_split);
  const auto test = make_dataset(config.dataset, config.dataset.evaluation_split);
  at::manual_seed(static_cast<uint64_t>(config.options.seed));
  auto model = make_model(config.model, train->classes());

  std::error_code error;
  std::filesystem::create_directories(config.output.parent_path(), error);
  if (error) {
    throw IoError(fmt::format("cannot make the folder {} of the output: {}",
                              config.output.parent_path().string(), error.message()));
  }
  const TrainingState state{config.output.string() + ".training",
                            training_facts(config, *train, *test)};
  fmt::print(stderr, "training {} on {} ({} images), {} thread(s)\n", config.model,
             config.dataset.name, train->size(), threads);
  const auto last =
      train_classifier(model, *train, *test, config.options, state, [](const EpochReport& report) {
        fmt::print(stderr, "epoch {}/{}: loss {:.4f}, top-1 {:.2f} %, {:.0f} s\n", report.epoch,
                   report.epochs, report.loss, report.accuracy, report.seconds);
      });
  auto tensors = model.parameters();
  for (auto& buffer : model.buffers()) tensors.push_back(std::move(buffer));
  save_safetensors(config.output, tensors, checkpoint_metadata(state.made_for, last));
  std::filesystem::remove(state.file);
  fmt::print("{}: top-1 {:.2f} %\n", config.output.string(), last.accuracy);
  return 0;
}

}  // namespace ptqbench
