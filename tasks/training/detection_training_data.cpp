#include "tasks/training/detection_training_data.h"

#include <torch/types.h>

#include <algorithm>

#include "methods/random/philox.h"
#include "support/error.h"
#include "tasks/data/sampling.h"

namespace ptqbench {
namespace {

/// Mirrors what is no padding of an image of the batch, and its boxes.
void mirror(const at::Tensor& image, ImageSize size, DetectionTargets& targets) {
  const auto real = image.slice(1, 0, size.height).slice(2, 0, size.width);
  real.copy_(real.flip({2}));
  const auto width = static_cast<double>(size.width);
  const auto edges = targets.boxes.unbind(1);
  targets.boxes = at::stack({width - edges[2], edges[1], width - edges[0], edges[3]}, 1);
}

}  // namespace

DetectionTrainingData::DetectionTrainingData(const DetectionData& data, const TrainOptions& options)
    : data_(data), options_(options) {
  if (options.crop_padding != 0 || options.label_smoothing != 0)
    throw ConfigError("object_detection is trained without crop_padding and label_smoothing");
}

std::vector<std::vector<int64_t>> DetectionTrainingData::batches(int64_t batch_size,
                                                                 uint64_t seed) const {
  return full_batches(draw_samples(size(), size(), seed), batch_size);
}

DetectionSample DetectionTrainingData::load(const std::vector<int64_t>& samples,
                                            int64_t epoch) const {
  const auto key =
      stream_key(static_cast<uint64_t>(options_.seed), "train", RandomPurpose::kAugmentation);
  const auto batch = data_.load(samples);
  DetectionSample sample;
  for (size_t i = 0; i < samples.size(); ++i) {
    const int64_t index = samples[i];
    const ImageSize file = data_.dataset->image_facts(index).size;
    auto targets = training_targets(data_.dataset->objects(index), file);
    targets.boxes = scale_boxes(targets.boxes, file, batch.sizes[i]);
    targets.labels = data_.classes_of(targets.labels);
    const auto random = philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                                static_cast<uint32_t>(epoch), 0},
                               key);
    if (options_.horizontal_flip && (random[0] & 1U) != 0)
      mirror(batch.inputs[static_cast<int64_t>(i)], batch.sizes[i], targets);
    sample.targets.push_back(std::move(targets));
  }
  sample.inputs = batch.model_inputs();
  return sample;
}

at::Tensor DetectionTrainingData::loss(const UnitGraph& model, Pass& pass,
                                       const std::vector<int64_t>& samples, int64_t epoch) const {
  // Every sample comes once an epoch at most, so this tells steps apart.
  const int64_t step = epoch * size() + samples.front();
  return detection_loss(model, pass, load(samples, epoch),
                        {static_cast<uint64_t>(options_.seed), step, 0});
}

}  // namespace ptqbench
