#include "tasks/training/train.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "support/error.h"
#include "support/stopwatch.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/training/optimizer.h"

namespace ptqbench {
namespace {

double learning_rate(const TrainOptions& options, double epoch) {
  if (epoch < options.warmup_epochs) return options.learning_rate * epoch / options.warmup_epochs;
  const double total = static_cast<double>(options.epochs) - options.warmup_epochs;
  const double progress = (epoch - options.warmup_epochs) / std::max(total, 1e-9);
  return options.learning_rate * 0.5 * (1 + std::cos(M_PI * std::min(progress, 1.0)));
}

/// Everything that training changes.
std::vector<NamedTensor> training_state(const UnitGraph& model, const Optimizer& optimizer) {
  auto state = model.parameters();
  for (const auto& group : {model.buffers(), optimizer.state()})
    state.insert(state.end(), group.begin(), group.end());
  return state;
}

constexpr const char* kMadeForPrefix = "made_for.";

std::map<std::string, std::string> state_metadata(const TrainingState& state,
                                                  const EpochReport& report) {
  std::map<std::string, std::string> metadata = {{"epoch", std::to_string(report.epoch)},
                                                 {"metric", fmt::format("{}", report.metric)}};
  for (const auto& [name, text] : state.made_for) metadata[kMadeForPrefix + name] = text;
  return metadata;
}

/// Refuses a state file that was made for something else.
void check_made_for(const TrainingState& state, const std::map<std::string, std::string>& found) {
  std::string differences;
  for (const auto& [name, text] : state.made_for) {
    const auto stored = found.find(kMadeForPrefix + name);
    if (stored != found.end() && stored->second == text) continue;
    differences += fmt::format("\n  {}: {} there, {} here", name,
                               stored == found.end() ? "not recorded" : stored->second, text);
  }
  if (differences.empty()) return;
  throw ConfigError(fmt::format(
      "{} is the state of another training:{}\nDelete it to start afresh, or change the "
      "configuration back to continue it.",
      state.file.string(), differences));
}

/// Loads an interrupted training into `tensors`; returns the report of the last epoch it had
/// finished.
EpochReport resume(const TrainingState& state, const TrainOptions& options,
                   const std::vector<NamedTensor>& tensors) {
  EpochReport report;
  report.epochs = options.epochs;
  if (!std::filesystem::exists(state.file)) return report;
  const auto checkpoint = load_checkpoint(state.file);
  check_made_for(state, checkpoint.metadata);
  const torch::NoGradGuard no_grad;
  assign_parameters(checkpoint, tensors);
  report.epoch = std::stoll(checkpoint.metadata.at("epoch"));
  report.metric = std::stod(checkpoint.metadata.at("metric"));
  return report;
}

double train_epoch(const UnitGraph& model, const TrainingData& data, const TrainOptions& options,
                   int64_t epoch, Optimizer& optimizer) {
  TrainingPass pass;
  const auto seed = static_cast<uint64_t>(options.seed) * 1000003ULL + static_cast<uint64_t>(epoch);
  const auto batches = data.batches(options.batch_size, seed);
  const auto steps = static_cast<double>(batches.size());
  double loss_sum = 0;
  for (size_t step = 0; step < batches.size(); ++step) {
    const auto loss = data.loss(model, pass, batches[step], epoch);
    loss.backward();
    optimizer.step(
        learning_rate(options, static_cast<double>(epoch) + static_cast<double>(step + 1) / steps));
    loss_sum += loss.item<double>();
    if (!std::isfinite(loss_sum))
      throw Error("training diverged: the loss is not finite; lower learning_rate");
  }
  return loss_sum / steps;
}

}  // namespace

EpochReport train_model(UnitGraph& model, const TrainingData& data, const TrainOptions& options,
                        const TrainingState& state,
                        const std::function<double(const UnitGraph&)>& evaluate,
                        const std::function<void(const EpochReport&)>& on_epoch) {
  const auto parameters = model.parameters();
  const auto optimizer = make_optimizer(parameters, options);
  const auto tensors = training_state(model, *optimizer);
  EpochReport report = resume(state, options, tensors);
  for (int64_t epoch = report.epoch; epoch < options.epochs; ++epoch) {
    const Stopwatch watch;
    for (const auto& p : parameters) at::Tensor(p.value).requires_grad_(true);
    report.epoch = epoch + 1;
    report.loss = train_epoch(model, data, options, epoch, *optimizer);
    for (const auto& p : parameters) at::Tensor(p.value).requires_grad_(false);
    report.metric = evaluate(model);
    save_safetensors(state.file, tensors, state_metadata(state, report));
    report.seconds = watch.seconds();
    on_epoch(report);
  }
  return report;
}

}  // namespace ptqbench
