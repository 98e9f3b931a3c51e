#include "tasks/training/text_training_data.h"

#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "methods/random/philox.h"
#include "tasks/data/sampling.h"
#include "tasks/text/padded_batch.h"

namespace ptqbench {
namespace {

/// Batches whose samples are sorted by length together; between such groups, and among the batches
/// of a group, the order stays random.
constexpr int64_t kBatchesSortedTogether = 50;

bool is_special(const Vocabulary& vocabulary, int64_t id) {
  return id == vocabulary.classification() || id == vocabulary.separator();
}

}  // namespace

EncodedTrainingData::EncodedTrainingData(const Vocabulary& vocabulary,
                                         std::vector<Encoding> encodings,
                                         const TrainOptions& options)
    : vocabulary_(vocabulary), encodings_(std::move(encodings)), options_(options) {}

std::vector<std::vector<int64_t>> EncodedTrainingData::batches(int64_t batch_size,
                                                               uint64_t seed) const {
  auto order = draw_samples(size(), size(), seed);
  const int64_t group = batch_size * kBatchesSortedTogether;
  for (int64_t first = 0; first < size(); first += group) {
    std::stable_sort(order.begin() + first, order.begin() + std::min(first + group, size()),
                     [&](int64_t a, int64_t b) {
                       return encodings_[static_cast<size_t>(a)].size() <
                              encodings_[static_cast<size_t>(b)].size();
                     });
  }
  const auto sorted = full_batches(order, batch_size);
  std::vector<std::vector<int64_t>> shuffled;
  const auto count = static_cast<int64_t>(sorted.size());
  for (const int64_t index : draw_samples(count, count, seed))
    shuffled.push_back(sorted[static_cast<size_t>(index)]);
  return shuffled;
}

Tensors EncodedTrainingData::inputs(const std::vector<int64_t>& samples, int64_t epoch) const {
  const auto key =
      stream_key(static_cast<uint64_t>(options_.seed), "tokens", RandomPurpose::kAugmentation);
  std::vector<Encoding> encodings;
  for (const int64_t sample : samples) {
    auto encoding = encodings_[static_cast<size_t>(sample)];
    for (size_t i = 0; options_.token_dropout > 0 && i < encoding.tokens.size(); ++i) {
      if (is_special(vocabulary_, encoding.tokens[i].id)) continue;
      const auto random =
          philox({static_cast<uint32_t>(sample), static_cast<uint32_t>(sample >> 32),
                  static_cast<uint32_t>(epoch), static_cast<uint32_t>(i)},
                 key);
      if (random[0] < options_.token_dropout * std::numeric_limits<uint32_t>::max())
        encoding.tokens[i].id = vocabulary_.unknown();
    }
    encodings.push_back(std::move(encoding));
  }
  return padded_batch(vocabulary_, encodings);
}

TextTrainingData::TextTrainingData(const Vocabulary& vocabulary, std::vector<Encoding> encodings,
                                   std::vector<double> labels, int64_t classes,
                                   const TrainOptions& options)
    : EncodedTrainingData(vocabulary, std::move(encodings), options),
      labels_(std::move(labels)),
      classes_(classes) {}

at::Tensor TextTrainingData::loss(const UnitGraph& model, Pass& pass,
                                  const std::vector<int64_t>& samples, int64_t epoch) const {
  std::vector<double> labels;
  for (const int64_t sample : samples) labels.push_back(labels_[static_cast<size_t>(sample)]);
  const auto device = model.device();
  const auto targets = at::tensor(labels, at::kDouble).to(device);
  const auto outputs = model.forward(on_device(inputs(samples, epoch), device), pass).at(0);
  if (classes_ == 0) return at::mse_loss(outputs.select(1, 0), targets.to(at::kFloat));
  return at::cross_entropy_loss(outputs, targets.to(at::kLong), {}, at::Reduction::Mean, -100,
                                options().label_smoothing);
}

SpanTrainingData::SpanTrainingData(const Vocabulary& vocabulary, std::vector<Encoding> encodings,
                                   std::vector<TokenSpan> spans, const TrainOptions& options)
    : EncodedTrainingData(vocabulary, std::move(encodings), options), spans_(std::move(spans)) {}

at::Tensor SpanTrainingData::loss(const UnitGraph& model, Pass& pass,
                                  const std::vector<int64_t>& samples, int64_t epoch) const {
  std::vector<int64_t> first;
  std::vector<int64_t> last;
  for (const int64_t sample : samples) {
    first.push_back(spans_[static_cast<size_t>(sample)].first);
    last.push_back(spans_[static_cast<size_t>(sample)].last);
  }
  const auto device = model.device();
  const auto batch = on_device(inputs(samples, epoch), device);
  const auto scores =
      model.forward(batch, pass)
          .at(0)
          .masked_fill((batch[2] == 0).unsqueeze(2), std::numeric_limits<float>::lowest());
  const auto start =
      at::cross_entropy_loss(scores.select(2, 0), at::tensor(first, at::kLong).to(device));
  const auto end =
      at::cross_entropy_loss(scores.select(2, 1), at::tensor(last, at::kLong).to(device));
  return (start + end) / 2;
}

}  // namespace ptqbench
