#include "tasks/image_classification.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <iterator>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/batch.h"
#include "tasks/metrics/accuracy.h"
#include "tasks/metrics/cross_entropy.h"
#include "tasks/models/onnx/image_classifier.h"
#include "tasks/models/registry.h"
#include "tasks/training/image_training_data.h"

namespace ptqbench {
namespace {

/// "only 'train' has 'a', 'b'"; empty where the other split has all of them.
std::string only_in(const std::string& split, const std::vector<std::string>& names,
                    const std::vector<std::string>& others) {
  constexpr size_t kNamesShown = 5;
  std::vector<std::string> missing;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(),
                      std::back_inserter(missing));
  if (missing.empty()) return "";
  const size_t shown = std::min(missing.size(), kNamesShown);
  return fmt::format("; only '{}' has '{}'{}", split,
                     fmt::join(missing.begin(), missing.begin() + static_cast<ptrdiff_t>(shown),
                               "', '"),
                     missing.size() > shown ? fmt::format(" and {} more", missing.size() - shown)
                                            : "");
}

/// A number must mean the same class in both splits.
void require_same_classes(const DatasetOptions& options, const ImageDataset& calibration,
                          const ImageDataset& evaluation) {
  const auto names = calibration.class_names();
  const auto others = evaluation.class_names();
  const bool same_names = names.empty() || others.empty() || names == others;
  if (calibration.classes() == evaluation.classes() && same_names) return;
  std::string difference;
  if (!same_names) {
    difference = only_in(options.calibration_split, names, others) +
                 only_in(options.evaluation_split, others, names);
  }
  throw ConfigError(fmt::format(
      "data set {}: split '{}' has {} classes and split '{}' has {}{}", options.name,
      options.calibration_split, calibration.classes(), options.evaluation_split,
      evaluation.classes(), difference));
}

}  // namespace

ImageClassification::ImageClassification(const TaskOptions& task)
    : calibration_(make_dataset(task.dataset, task.dataset.calibration_split)),
      evaluation_(make_dataset(task.dataset, task.dataset.evaluation_split)),
      cache_(task.cache) {
  if (!task.text.vocabulary.empty())
    throw ConfigError("task image_classification reads no texts: remove 'text'");
  require_same_classes(task.dataset, *calibration_, *evaluation_);
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
  metrics.value = top1_accuracy(model, pass, evaluation_data(samples), samples, batch_size, group);
  return metrics;
}

std::vector<std::string> ImageClassification::notes() const {
  std::vector<const ImageDataset*> all = {calibration_.get(), evaluation_.get()};
  for (const auto& [samples, cached] : cached_) all.push_back(cached.get());
  std::vector<std::string> notes;
  for (const ImageDataset* data : all) {
    for (auto& note : data->notes()) {
      if (std::count(notes.begin(), notes.end(), note) == 0) notes.push_back(std::move(note));
    }
  }
  return notes;
}

const PictureDataset* ImageClassification::cacheable() const {
  return cache_.empty() ? nullptr : dynamic_cast<const PictureDataset*>(evaluation_.get());
}

std::optional<PictureCacheFile> ImageClassification::cache_file(int64_t samples) const {
  const auto* pictures = cacheable();
  if (pictures == nullptr) return std::nullopt;
  const int64_t all = pictures->size();
  return picture_cache_file(cache_, *pictures, samples == 0 ? all : std::min(samples, all));
}

const ImageDataset& ImageClassification::evaluation_data(int64_t samples) const {
  const auto* pictures = cacheable();
  if (pictures == nullptr) return *evaluation_;
  const int64_t count = samples == 0 ? pictures->size() : std::min(samples, pictures->size());
  const auto known = cached_.find(count);
  if (known != cached_.end()) return *known->second;
  auto opened = std::make_unique<CachedPictures>(cache_, *pictures, count);
  return *cached_.emplace(count, std::move(opened)).first->second;
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
