#include "tasks/train.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "methods/random/philox.h"
#include "methods/support/error.h"
#include "methods/support/stopwatch.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/checkpoint/safetensors.h"
#include "tasks/data/batch.h"
#include "tasks/data/sampling.h"
#include "tasks/metrics/accuracy.h"

namespace ptqbench {
namespace {

constexpr int64_t kEvaluationBatch = 250;

/// SGD with Nesterov momentum; weight decay on tensors of two or more dimensions only.
class NesterovSgd {
 public:
  NesterovSgd(const std::vector<NamedTensor>& parameters, double momentum, double weight_decay)
      : parameters_(parameters), momentum_(momentum), weight_decay_(weight_decay) {
    for (const auto& p : parameters)
      velocity_.push_back({p.name + ".velocity", at::zeros_like(p.value)});
  }

  void step(double learning_rate) {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor parameter = parameters_[i].value;
      at::Tensor gradient = parameter.grad();
      if (parameter.dim() > 1) gradient.add_(parameter, weight_decay_);
      velocity_[i].value.mul_(momentum_).add_(gradient);
      parameter.add_(gradient.add_(velocity_[i].value, momentum_), -learning_rate);
      parameter.mutable_grad() = at::Tensor();
    }
  }

  const std::vector<NamedTensor>& state() const { return velocity_; }

 private:
  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> velocity_;
  double momentum_;
  double weight_decay_;
};

/// Shifts each image by up to `padding` pixels each way and mirrors half of them; keyed by (seed,
/// epoch, sample).
at::Tensor augment(const at::Tensor& images, const std::vector<int64_t>& indices,
                   const TrainOptions& options, int64_t epoch) {
  if (options.crop_padding == 0 && !options.horizontal_flip) return images;
  const auto key =
      stream_key(static_cast<uint64_t>(options.seed), "train", RandomPurpose::kAugmentation);
  const int64_t pad = options.crop_padding;
  const auto padded = at::replication_pad2d(images, {pad, pad, pad, pad});
  auto out = at::empty_like(images);
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto index = static_cast<uint64_t>(indices[i]);
    const auto random = philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                                static_cast<uint32_t>(epoch), 0},
                               key);
    const int64_t top = below(random[0], 2 * pad + 1);
    const int64_t left = below(random[1], 2 * pad + 1);
    auto image = padded[static_cast<int64_t>(i)]
                     .slice(1, top, top + images.size(2))
                     .slice(2, left, left + images.size(3));
    if (options.horizontal_flip && (random[2] & 1U) != 0) image = image.flip({2});
    out[static_cast<int64_t>(i)].copy_(image);
  }
  return out;
}

double learning_rate(const TrainOptions& options, double epoch) {
  if (epoch < options.warmup_epochs) return options.learning_rate * epoch / options.warmup_epochs;
  const double total = static_cast<double>(options.epochs) - options.warmup_epochs;
  const double progress = (epoch - options.warmup_epochs) / std::max(total, 1e-9);
  return options.learning_rate * 0.5 * (1 + std::cos(M_PI * std::min(progress, 1.0)));
}

/// Everything that training changes.
std::vector<NamedTensor> training_state(const UnitGraph& model, const NesterovSgd& optimizer) {
  auto state = model.parameters();
  for (const auto& group : {model.buffers(), optimizer.state()})
    state.insert(state.end(), group.begin(), group.end());
  return state;
}

constexpr const char* kMadeForPrefix = "made_for.";

std::map<std::string, std::string> state_metadata(const TrainingState& state,
                                                  const EpochReport& report) {
  std::map<std::string, std::string> metadata = {{"epoch", std::to_string(report.epoch)},
                                                 {"accuracy", fmt::format("{}", report.accuracy)}};
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
  report.accuracy = std::stod(checkpoint.metadata.at("accuracy"));
  return report;
}

double train_epoch(const UnitGraph& model, const ImageDataset& train, const TrainOptions& options,
                   int64_t epoch, NesterovSgd& optimizer) {
  TrainingPass pass;
  const auto order =
      draw_samples(train.size(), train.size(),
                   static_cast<uint64_t>(options.seed) * 1000003ULL + static_cast<uint64_t>(epoch));
  const int64_t steps = std::max<int64_t>(1, train.size() / options.batch_size);
  double loss_sum = 0;
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t first = step * options.batch_size;
    const int64_t count = std::min(options.batch_size, train.size() - first);
    const std::vector<int64_t> indices(order.begin() + first, order.begin() + first + count);
    const auto images = augment(load_inputs(train, indices), indices, options, epoch);
    const auto logits =
        model.forward({images.contiguous(at::MemoryFormat::ChannelsLast)}, pass).at(0);
    const auto loss = at::cross_entropy_loss(logits, load_labels(train, indices), {},
                                             at::Reduction::Mean, -100, options.label_smoothing);
    loss.backward();
    optimizer.step(learning_rate(
        options,
        static_cast<double>(epoch) + static_cast<double>(step + 1) / static_cast<double>(steps)));
    loss_sum += loss.item<double>();
    if (!std::isfinite(loss_sum))
      throw Error("training diverged: the loss is not finite; lower learning_rate");
  }
  return loss_sum / static_cast<double>(steps);
}

}  // namespace

EpochReport train_classifier(UnitGraph& model, const ImageDataset& train, const ImageDataset& test,
                             const TrainOptions& options, const TrainingState& state,
                             const std::function<void(const EpochReport&)>& on_epoch) {
  const auto parameters = model.parameters();
  NesterovSgd optimizer(parameters, options.momentum, options.weight_decay);
  const auto tensors = training_state(model, optimizer);
  EpochReport report = resume(state, options, tensors);
  for (int64_t epoch = report.epoch; epoch < options.epochs; ++epoch) {
    const Stopwatch watch;
    for (const auto& p : parameters) at::Tensor(p.value).requires_grad_(true);
    report.epoch = epoch + 1;
    report.loss = train_epoch(model, train, options, epoch, optimizer);
    FullPrecisionPass pass;
    report.accuracy = top1_accuracy(model, pass, test, 0, kEvaluationBatch);
    for (const auto& p : parameters) at::Tensor(p.value).requires_grad_(false);
    save_safetensors(state.file, tensors, state_metadata(state, report));
    report.seconds = watch.seconds();
    on_epoch(report);
  }
  return report;
}

}  // namespace ptqbench
