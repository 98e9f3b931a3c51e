#include "tests/examples/image_denoising.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "methods/random/philox.h"
#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/batch.h"
#include "tasks/data/sampling.h"
#include "tests/examples/denoiser.h"

namespace ptqbench {
namespace {

/// Standard deviation of the noise.
constexpr double kSigma = 0.1;
/// The noise of calibration and evaluation; training draws another one every epoch.
constexpr int64_t kFixedDraw = 0;

/// Uniform in (0, 1].
double uniform(uint32_t bits) { return (static_cast<double>(bits) + 1) / 4294967296.0; }

Tensors network_input(const at::Tensor& pictures) {
  return {pictures.contiguous(at::MemoryFormat::ChannelsLast)};
}

/// Pictures of one split; the loss is the mean squared error of the noise.
class DenoisingData : public TrainingData {
 public:
  explicit DenoisingData(const ImageDataset& pictures) : pictures_(pictures) {}

  int64_t size() const override { return pictures_.size(); }
  std::vector<std::vector<int64_t>> batches(int64_t batch_size, uint64_t seed) const override {
    return full_batches(draw_samples(size(), size(), seed), batch_size);
  }
  at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                  int64_t epoch) const override {
    const auto clean = load_inputs(pictures_, samples);
    const auto noisy = with_noise(clean, samples, kFixedDraw + 1 + epoch);
    return at::mse_loss(model.forward(network_input(noisy), pass).at(0), noisy - clean);
  }

 private:
  const ImageDataset& pictures_;
};

}  // namespace

at::Tensor with_noise(const at::Tensor& clean, const std::vector<int64_t>& ids, int64_t draw) {
  const auto key = stream_key(0, "image_denoising", RandomPurpose::kDataset);
  auto noisy = clean.contiguous().clone();
  const int64_t pixels = noisy[0].numel();
  float* pixel = noisy.data_ptr<float>();
  for (const int64_t id : ids) {
    for (int64_t i = 0; i < pixels; ++i) {
      const auto random = philox(
          {static_cast<uint32_t>(id), static_cast<uint32_t>(draw), static_cast<uint32_t>(i), 0},
          key);
      // Two uniform numbers make a normal one (Box & Muller 1958).
      const double normal =
          std::sqrt(-2 * std::log(uniform(random[0]))) * std::cos(2 * M_PI * uniform(random[1]));
      *pixel++ += static_cast<float>(kSigma * normal);
    }
  }
  return noisy;
}

double psnr_db(const at::Tensor& picture, const at::Tensor& clean) {
  constexpr double kLeastError = 1e-10;
  const auto difference = picture.to(at::kDouble) - clean.to(at::kDouble);
  return -10 * std::log10(std::max(difference.square().mean().item<double>(), kLeastError));
}

ImageDenoising::ImageDenoising(const TaskOptions& task) {
  DatasetOptions options = task.dataset;
  if (!task.text.vocabulary.empty())
    throw ConfigError("task image_denoising reads no texts: remove 'text'");
  if (!options.mean.empty() || !options.std.empty())
    throw ConfigError("task image_denoising takes pixels as they are: remove 'mean' and 'std'");
  options.mean = {0};
  options.std = {1};
  calibration_ = make_dataset(options, options.calibration_split);
  evaluation_ = make_dataset(options, options.evaluation_split);
}

UnitGraph ImageDenoising::make_model(const ModelSpec& spec) const {
  if (spec.name != "denoiser" || !spec.config.empty()) {
    throw ConfigError(fmt::format(
        "task image_denoising cannot use model '{}'; expected denoiser, without 'config'",
        spec.name));
  }
  return denoiser();
}

const std::string& ImageDenoising::data_key() const {
  std::call_once(key_computed_, [&] {
    data_key_ = sha256_text(calibration_->content_key() + "\n" + evaluation_->content_key() + "\n");
  });
  return data_key_;
}

Tensors ImageDenoising::calibration_inputs(const std::vector<int64_t>& ids) const {
  return network_input(with_noise(load_inputs(*calibration_, ids), ids, kFixedDraw));
}

Metrics ImageDenoising::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                 int64_t batch_size, DeviceGroup& group) const {
  const torch::NoGradGuard no_grad;
  const int64_t all = evaluation_->size();
  const int64_t count = samples == 0 ? all : std::min(samples, all);
  // Of each picture, 0 where another member of the group has it: so the sum over the members is
  // exact, and the mean does not depend on how many they are.
  std::vector<double> restored(static_cast<size_t>(count)), noisy(restored.size());
  for (int64_t first = 0; first < count; first += batch_size) {
    if (!does_batch(group, first / batch_size)) continue;
    std::vector<int64_t> ids(static_cast<size_t>(std::min(batch_size, count - first)));
    std::iota(ids.begin(), ids.end(), first);
    const auto clean = load_inputs(*evaluation_, ids);
    const auto input = with_noise(clean, ids, kFixedDraw);
    const auto noise = model.forward(on_device(network_input(input), model.device()), pass).at(0);
    const auto output = (input - noise.cpu()).clamp(0, 1);
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto at = static_cast<size_t>(ids[i]);
      const auto row = static_cast<int64_t>(i);
      restored[at] = psnr_db(output[row], clean[row]);
      noisy[at] = psnr_db(input[row].clamp(0, 1), clean[row]);
    }
  }
  const auto mean = [&](const std::vector<double>& own) {
    const auto values = sum_over(group, own);
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(count);
  };
  Metrics metrics;
  metrics.name = "psnr_db";
  metrics.value = mean(restored);
  metrics.further["noisy_psnr_db"] = mean(noisy);
  return metrics;
}

std::unique_ptr<TrainingData> ImageDenoising::training_data(const TrainOptions& options) const {
  if (options.crop_padding != 0 || options.horizontal_flip || options.token_dropout != 0)
    throw ConfigError("task image_denoising knows no augmentation: remove it");
  return std::make_unique<DenoisingData>(*calibration_);
}

std::unique_ptr<Task> open_image_denoising(const TaskOptions& options) {
  return std::make_unique<ImageDenoising>(options);
}

}  // namespace ptqbench
