#include "tasks/image_classification.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/batch.h"
#include "tasks/metrics/accuracy.h"
#include "tasks/metrics/cross_entropy.h"
#include "tasks/models/onnx/image_classifier.h"
#include "tasks/models/registry.h"
#include "tasks/training/image_training_data.h"

namespace ptqbench {

ImageClassification::ImageClassification(const TaskOptions& task)
    : calibration_(make_dataset(task.dataset, task.dataset.calibration_split)),
      evaluation_(make_dataset(task.dataset, task.dataset.evaluation_split)) {
  const auto& options = task.dataset;
  if (!task.text.vocabulary.empty())
    throw ConfigError("task image_classification reads no texts: remove 'text'");
  if (calibration_->classes() != evaluation_->classes()) {
    throw ConfigError(fmt::format("data set {}: split '{}' has {} classes and split '{}' has {}",
                                  options.name, options.calibration_split, calibration_->classes(),
                                  options.evaluation_split, evaluation_->classes()));
  }
}

UnitGraph ImageClassification::make_model(const ModelSpec& spec) const {
  if (spec.name == kOnnxModel) {
    const auto image = calibration_->sample(0);
    return import_image_classifier(spec, image.size(1), image.size(2), evaluation_->classes());
  }
  if (!spec.config.empty())
    throw ConfigError("model '" + spec.name + "' has one size: remove its 'config'");
  return make_image_classifier(spec.name, evaluation_->classes());
}

const std::string& ImageClassification::data_key() const {
  std::call_once(key_computed_, [&] {
    data_key_ = sha256_text(calibration_->content_key() + "\n" + evaluation_->content_key() + "\n");
  });
  return data_key_;
}

Tensors ImageClassification::calibration_inputs(const std::vector<int64_t>& ids) const {
  return {load_inputs(*calibration_, ids).contiguous(at::MemoryFormat::ChannelsLast)};
}

Metrics ImageClassification::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                      int64_t batch_size, DeviceGroup& group) const {
  Metrics metrics;
  metrics.name = "top1_accuracy";
  metrics.value = top1_accuracy(model, pass, *evaluation_, samples, batch_size, group);
  return metrics;
}

std::unique_ptr<TrainingData> ImageClassification::training_data(
    const TrainOptions& options) const {
  return std::make_unique<ImageTrainingData>(*calibration_, options);
}

Loss ImageClassification::loss(Split split, const std::vector<int64_t>& ids,
                               int64_t batch_size) const {
  const ImageDataset& data = split == Split::kCalibration ? *calibration_ : *evaluation_;
  const auto inputs = load_inputs(data, ids).contiguous(at::MemoryFormat::ChannelsLast);
  const auto labels = load_labels(data, ids);
  return [inputs, labels, batch_size](const UnitGraph& model, Pass& pass) {
    return cross_entropy(model, pass, inputs, labels, batch_size);
  };
}

}  // namespace ptqbench
