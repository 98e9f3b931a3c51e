#include "tasks/text_classification.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/metrics/classification.h"
#include "tasks/metrics/correlation.h"
#include "tasks/text/padded_batch.h"
#include "tasks/text/text_inputs.h"
#include "tasks/training/text_training_data.h"

namespace ptqbench {
namespace {

/// What a model says of each sample of a split, and what it should say.
struct Predictions {
  std::vector<double> values;
  std::vector<double> labels;
};

std::vector<int64_t> integers(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

double metric(const std::string& name, const Predictions& p) {
  if (name == "accuracy") return accuracy(integers(p.values), integers(p.labels));
  if (name == "f1") return f1_of_class_one(integers(p.values), integers(p.labels));
  if (name == "matthews") return matthews_correlation(integers(p.values), integers(p.labels));
  if (name == "pearson") return pearson_correlation(p.values, p.labels);
  if (name == "spearman") return spearman_correlation(p.values, p.labels);
  throw std::logic_error("no metric is called " + name);
}

}  // namespace

TextClassification::TextClassification(const TaskOptions& options)
    : options_(options),
      info_(text_dataset_info(options.dataset.name)),
      tokenizer_(make_tokenizer(options)),
      calibration_(make_text_dataset(options.dataset, options.dataset.calibration_split)),
      evaluation_(make_text_dataset(options.dataset, options.dataset.evaluation_split)),
      evaluation_encodings_(encode_all(evaluation_)) {}

std::vector<Encoding> TextClassification::encode_all(const TextDataset& data) const {
  std::vector<Encoding> encodings;
  for (const auto& example : data.examples) {
    encodings.push_back(
        encode(tokenizer_, example.first, example.second, options_.text.max_length));
  }
  return encodings;
}

UnitGraph TextClassification::make_model(const ModelSpec& spec) const {
  const auto config =
      text_model_config(spec, tokenizer_.vocabulary().size(), options_.text.max_length);
  return bert_for_sequences(config, std::max<int64_t>(1, evaluation_.classes));
}

int64_t TextClassification::calibration_population() const {
  return static_cast<int64_t>(calibration_.examples.size());
}

int64_t TextClassification::evaluation_population() const {
  return static_cast<int64_t>(evaluation_.examples.size());
}

const std::string& TextClassification::data_key() const {
  std::call_once(key_computed_, [&] {
    data_key_ = sha256_text(content_key(calibration_) + "\n" + content_key(evaluation_) + "\n" +
                            tokenizer_key(options_, tokenizer_));
  });
  return data_key_;
}

Tensors TextClassification::calibration_inputs(const std::vector<int64_t>& ids) const {
  TextDataset chosen;
  for (const int64_t id : ids)
    chosen.examples.push_back(calibration_.examples.at(static_cast<size_t>(id)));
  const auto encodings = encode_all(chosen);
  return padded_batch(tokenizer_.vocabulary(), encodings);
}

Tensors TextClassification::padded_sample() const { return padded_text_sample(*this); }

Metrics TextClassification::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                     int64_t batch_size, DeviceGroup& group) const {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> lengths;
  for (const auto& encoding : evaluation_encodings_) lengths.push_back(encoding.size());
  const bool regression = evaluation_.classes == 0;
  Predictions predictions;
  const auto batches = batches_by_length(lengths, samples, batch_size);
  for (size_t b = 0; b < batches.size(); ++b) {
    const auto& batch = batches[b];
    for (const int64_t id : batch)
      predictions.labels.push_back(evaluation_.examples[static_cast<size_t>(id)].label);
    if (!does_batch(group, static_cast<int64_t>(b))) {
      predictions.values.resize(predictions.labels.size(), 0);
      continue;
    }
    const auto inputs = batch_of(tokenizer_.vocabulary(), evaluation_encodings_, batch);
    const auto outputs = model.forward(on_device(inputs, model.device()), pass).at(0);
    const auto values =
        (regression ? outputs.select(1, 0) : outputs.argmax(1)).to(at::kDouble).cpu();
    for (size_t i = 0; i < batch.size(); ++i)
      predictions.values.push_back(values[static_cast<int64_t>(i)].item<double>());
  }
  predictions.values = sum_over(group, std::move(predictions.values));
  Metrics metrics;
  metrics.name = info_.metrics.front();
  for (const auto& name : info_.metrics) metrics.further[name] = metric(name, predictions);
  metrics.value = metrics.further.at(metrics.name);
  metrics.further.erase(metrics.name);
  return metrics;
}

std::vector<std::string> TextClassification::notes() const {
  auto notes = calibration_.notes;
  notes.insert(notes.end(), evaluation_.notes.begin(), evaluation_.notes.end());
  return notes;
}

std::vector<std::string> TextClassification::class_names() const {
  return text_class_names(info_.name);
}

double TextClassification::chance() const {
  const bool counts_hits = info_.metrics.front() == "accuracy" && evaluation_.classes > 0;
  return counts_hits ? 100.0 / static_cast<double>(evaluation_.classes) : 0;
}

Loss TextClassification::loss(Split split, const std::vector<int64_t>& ids,
                              int64_t batch_size) const {
  const TextDataset& data = split == Split::kCalibration ? calibration_ : evaluation_;
  TextDataset chosen;
  std::vector<double> labels;
  for (const int64_t id : ids) {
    chosen.examples.push_back(data.examples.at(static_cast<size_t>(id)));
    labels.push_back(chosen.examples.back().label);
  }
  return mean_loss(
      std::make_shared<TextTrainingData>(tokenizer_.vocabulary(), encode_all(chosen),
                                         std::move(labels), data.classes, TrainOptions()),
      batch_size);
}

std::unique_ptr<TrainingData> TextClassification::training_data(const TrainOptions& options) const {
  std::vector<double> labels;
  for (const auto& example : calibration_.examples) labels.push_back(example.label);
  return std::make_unique<TextTrainingData>(tokenizer_.vocabulary(), encode_all(calibration_),
                                            std::move(labels), calibration_.classes, options);
}

}  // namespace ptqbench
