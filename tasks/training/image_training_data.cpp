#include "tasks/training/image_training_data.h"

#include <torch/types.h>

#include "methods/random/philox.h"
#include "tasks/data/batch.h"
#include "tasks/data/sampling.h"

namespace ptqbench {
namespace {

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

}  // namespace

std::vector<std::vector<int64_t>> ImageTrainingData::batches(int64_t batch_size,
                                                             uint64_t seed) const {
  return full_batches(draw_samples(size(), size(), seed), batch_size);
}

at::Tensor ImageTrainingData::loss(const UnitGraph& model, Pass& pass,
                                   const std::vector<int64_t>& samples, int64_t epoch) const {
  const auto images = augment(load_inputs(images_, samples), samples, options_, epoch);
  const auto logits =
      model.forward({images.contiguous(at::MemoryFormat::ChannelsLast)}, pass).at(0);
  return at::cross_entropy_loss(logits, load_labels(images_, samples), {}, at::Reduction::Mean,
                                -100, options_.label_smoothing);
}

}  // namespace ptqbench
