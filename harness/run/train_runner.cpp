#include "harness/run/train_runner.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "harness/config/option_fields.h"
#include "harness/run/machine.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/models/registry.h"
#include "tasks/train.h"

namespace ptqbench {
namespace {

std::map<std::string, std::string> metadata(const TrainConfig& config, const EpochReport& last) {
  std::map<std::string, std::string> facts = {
      {"model", config.model},
      {"dataset", config.dataset.name},
      {"top1_accuracy", fmt::format("{:.2f}", last.accuracy)},
      {"made_by", program_version()}};
  for (const auto& [name, text] : option_texts(config.options)) facts["train." + name] = text;
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

  std::filesystem::create_directories(config.output.parent_path());
  const auto state = std::filesystem::path(config.output.string() + ".training");
  fmt::print(stderr, "training {} on {} ({} images), {} thread(s)\n", config.model,
             config.dataset.name, train->size(), threads);
  const auto last =
      train_classifier(model, *train, *test, config.options, state, [](const EpochReport& report) {
        fmt::print(stderr, "epoch {}/{}: loss {:.4f}, top-1 {:.2f} %, {:.0f} s\n", report.epoch,
                   report.epochs, report.loss, report.accuracy, report.seconds);
      });
  auto tensors = model.parameters();
  for (auto& buffer : model.buffers()) tensors.push_back(std::move(buffer));
  save_safetensors(config.output, tensors, metadata(config, last));
  std::filesystem::remove(state);
  fmt::print("{}: top-1 {:.2f} %\n", config.output.string(), last.accuracy);
  return 0;
}

}  // namespace ptqbench
