#include "tasks/text_classification.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "support/error.h"
#include "tasks/metrics/classification.h"
#include "tasks/metrics/correlation.h"
#include "tasks/metrics/finite_outputs.h"
#include "tasks/text/padded_batch.h"
#include "tasks/text_inputs.h"
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

TextDataset open_split(const DatasetOptions& options, const std::string& split) {
  return make_text_dataset(options, split);
}

}  // namespace

TextClassification::TextClassification(const TaskOptions& options)
    : TextTask(options, text_dataset_info(options.dataset.name), open_split, open_split),
      evaluation_encodings_(encode_all(evaluation())) {}

std::vector<Encoding> TextClassification::encode_all(const TextDataset& data) const {
  std::vector<Encoding> encodings;
  for (const auto& example : data.examples) {
    encodings.push_back(encode(tokenizer(), example.first, example.second, text().max_length));
  }
  return encodings;
}

UnitGraph TextClassification::make_model(const ModelSpec& spec) const {
  const auto config = text_model_config(spec, tokenizer().vocabulary().size(), text().max_length);
  return bert_for_sequences(config, std::max<int64_t>(1, evaluation().classes));
}

Tensors TextClassification::calibration_inputs(const std::vector<int64_t>& ids) const {
  TextDataset chosen;
  for (const int64_t id : ids)
    chosen.examples.push_back(calibration().examples.at(static_cast<size_t>(id)));
  const auto encodings = encode_all(chosen);
  return padded_batch(tokenizer().vocabulary(), encodings);
}

Metrics TextClassification::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                     int64_t batch_size, DeviceGroup& group) const {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> lengths;
  for (const auto& encoding : evaluation_encodings_) lengths.push_back(encoding.size());
  const bool regression = evaluation().classes == 0;
  Predictions predictions;
  const auto batches = batches_by_length(lengths, samples, batch_size);
  for (size_t b = 0; b < batches.size(); ++b) {
    const auto& batch = batches[b];
    for (const int64_t id : batch)
      predictions.labels.push_back(evaluation().examples[static_cast<size_t>(id)].label);
    if (!does_batch(group, static_cast<int64_t>(b))) {
      predictions.values.resize(predictions.labels.size(), 0);
      continue;
    }
    const auto inputs = batch_of(tokenizer().vocabulary(), evaluation_encodings_, batch);
    const auto outputs = model.forward(on_device(inputs, model.device()), pass).at(0);
    // NaN where an output is not finite, which survives the sum over the group.
    const auto finite = outputs.isfinite().all(1);
    const auto values = (regression ? outputs.select(1, 0) : outputs.argmax(1))
                            .to(at::kDouble)
                            .masked_fill(finite.logical_not(), std::nan(""))
                            .cpu();
    for (size_t i = 0; i < batch.size(); ++i)
      predictions.values.push_back(values[static_cast<int64_t>(i)].item<double>());
  }
  predictions.values = sum_over(group, std::move(predictions.values));
  require_finite_outputs(std::count_if(predictions.values.begin(), predictions.values.end(),
                                       [](double value) { return std::isnan(value); }),
                         static_cast<int64_t>(predictions.values.size()));
  Metrics metrics;
  metrics.name = info().metrics.front();
  for (const auto& name : info().metrics) metrics.further[name] = metric(name, predictions);
  metrics.value = metrics.further.at(metrics.name);
  metrics.further.erase(metrics.name);
  return metrics;
}

std::vector<std::string> TextClassification::notes() const {
  auto notes = calibration().notes;
  notes.insert(notes.end(), evaluation().notes.begin(), evaluation().notes.end());
  return notes;
}

std::vector<std::string> TextClassification::class_names() const {
  return text_class_names(info().name);
}

double TextClassification::chance() const {
  const bool counts_hits = info().metrics.front() == "accuracy" && evaluation().classes > 0;
  return counts_hits ? 100.0 / static_cast<double>(evaluation().classes) : 0;
}

Loss TextClassification::loss(Split split, const std::vector<int64_t>& ids,
                              int64_t batch_size) const {
  const TextDataset& data = split == Split::kCalibration ? calibration() : evaluation();
  TextDataset chosen;
  std::vector<double> labels;
  for (const int64_t id : ids) {
    chosen.examples.push_back(data.examples.at(static_cast<size_t>(id)));
    labels.push_back(chosen.examples.back().label);
  }
  return mean_loss(
      std::make_shared<TextTrainingData>(tokenizer().vocabulary(), encode_all(chosen),
                                         std::move(labels), data.classes, TrainOptions()),
      batch_size);
}

std::unique_ptr<TrainingData> TextClassification::training_data(const TrainOptions& options) const {
  std::vector<double> labels;
  for (const auto& example : calibration().examples) labels.push_back(example.label);
  return std::make_unique<TextTrainingData>(tokenizer().vocabulary(), encode_all(calibration()),
                                            std::move(labels), calibration().classes, options);
}

}  // namespace ptqbench
