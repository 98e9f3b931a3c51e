#include "tasks/stand_in_task.h"

#include <torch/types.h>

#include <algorithm>
#include <stdexcept>

#include "tasks/data/dataset_shape.h"
#include "tasks/detection/detection_data.h"
#include "tasks/detection/scenes/scenes.h"
#include "tasks/models/bert.h"
#include "tasks/models/detectors.h"
#include "tasks/models/onnx/image_classifier.h"
#include "tasks/models/registry.h"
#include "tasks/task_registry.h"
#include "tasks/text/text_datasets.h"
#include "tasks/text_inputs.h"

namespace ptqbench {
namespace {

/// What all of them lack.
class StandIn : public Task {
 public:
  const std::string& data_key() const override { throw_no_data(); }
  Metrics evaluate(const UnitGraph&, Pass&, int64_t, int64_t, DeviceGroup&) const override {
    throw_no_data();
  }
  std::unique_ptr<TrainingData> training_data(const TrainOptions&) const override {
    throw_no_data();
  }
  Loss loss(Split, const std::vector<int64_t>&, int64_t) const override { throw_no_data(); }

 private:
  [[noreturn]] static void throw_no_data() {
    throw std::logic_error("a stand-in for a task has no data");
  }
};

class ImageClassificationStandIn : public StandIn {
 public:
  explicit ImageClassificationStandIn(const DatasetShape& shape) : shape_(shape) {}

  UnitGraph make_model(const ModelSpec& spec) const override {
    if (spec.name == kOnnxModel)
      return import_image_classifier(spec, shape_.height, shape_.width, shape_.classes);
    return make_image_classifier(spec.name, shape_.classes);
  }
  int64_t calibration_population() const override { return shape_.calibration_samples; }
  int64_t evaluation_population() const override { return shape_.evaluation_samples; }
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override {
    const auto count = static_cast<int64_t>(ids.size());
    return {torch::zeros({count, 3, shape_.height, shape_.width})
                .contiguous(at::MemoryFormat::ChannelsLast)};
  }

 private:
  DatasetShape shape_;
};

/// Scenes, or COCO 2017: categories with ids to 90, most images of 4:3.
class ObjectDetectionStandIn : public StandIn {
 public:
  explicit ObjectDetectionStandIn(const DatasetOptions& options)
      : options_(options), scenes_(options.name == "scenes") {}

  UnitGraph make_model(const ModelSpec& spec) const override {
    return make_detector(spec.name, scenes_ ? kFashionMnistClasses + 1 : 91);
  }
  int64_t calibration_population() const override { return scenes_ ? kTrainingScenes : 0; }
  int64_t evaluation_population() const override { return scenes_ ? kEvaluationScenes : 0; }
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override {
    return zeros(static_cast<int64_t>(ids.size()), {pictures().front()});
  }
  Tensors padded_sample() const override { return zeros(1, pictures()); }

 private:
  /// COCO has wide and high ones, of which a batch of many has some each.
  std::vector<ImageSize> pictures() const {
    if (scenes_) return {{kSceneSide, kSceneSide}};
    return {{480, 640}, {360, 640}, {640, 360}};
  }

  /// So many images of the first size in a batch that has room for all sizes.
  Tensors zeros(int64_t count, std::vector<ImageSize> sizes) const {
    const DetectionTransform transform(detection_transform(options_));
    for (ImageSize& size : sizes) size = transform.resized(size);
    const ImageSize padded = padded_size(sizes);
    return {at::zeros({count, 3, padded.height, padded.width})
                .contiguous(at::MemoryFormat::ChannelsLast),
            at::tensor({sizes[0].height, sizes[0].width}, at::kLong).expand({count, 2})};
  }

  DatasetOptions options_;
  bool scenes_;
};

/// Sequences are taken to be as long as they may be.
class TextStandIn : public StandIn {
 public:
  TextStandIn(const TaskOptions& options, const TextDatasetInfo& info, bool answers)
      : options_(options), info_(info), answers_(answers) {}

  UnitGraph make_model(const ModelSpec& spec) const override {
    const auto config = text_model_config(spec, tokens(), options_.text.max_length);
    return answers_ ? bert_for_spans(config)
                    : bert_for_sequences(config, std::max<int64_t>(1, info_.classes));
  }
  int64_t calibration_population() const override { return info_.training_samples; }
  int64_t evaluation_population() const override { return info_.evaluation_samples; }
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override {
    const auto count = static_cast<int64_t>(ids.size());
    const auto zeros = at::zeros({count, options_.text.max_length}, at::kLong);
    return {zeros, zeros.clone(), at::ones_like(zeros)};
  }

 private:
  /// That of published BERT models where the vocabulary is missing, too.
  int64_t tokens() const {
    std::error_code ignored;
    return std::filesystem::exists(options_.text.vocabulary, ignored)
               ? read_vocabulary(options_.text.vocabulary).size()
               : BertConfig().vocab_size;
  }

  TaskOptions options_;
  const TextDatasetInfo& info_;
  bool answers_;
};

}  // namespace

std::unique_ptr<Task> image_classification_stand_in(const TaskOptions& options) {
  const auto shape = known_shape(options.dataset);
  if (!shape) return nullptr;
  return std::make_unique<ImageClassificationStandIn>(*shape);
}

std::unique_ptr<Task> text_classification_stand_in(const TaskOptions& options) {
  return std::make_unique<TextStandIn>(options, text_dataset_info(options.dataset.name),
                                       /*answers=*/false);
}

std::unique_ptr<Task> question_answering_stand_in(const TaskOptions& options) {
  return std::make_unique<TextStandIn>(options, question_dataset_info(options.dataset.name),
                                       /*answers=*/true);
}

std::unique_ptr<Task> object_detection_stand_in(const TaskOptions& options) {
  return std::make_unique<ObjectDetectionStandIn>(options.dataset);
}

std::unique_ptr<Task> make_stand_in_task(const TaskOptions& options) {
  const TaskEntry& entry = find_task(options.name);
  return entry.stand_in == nullptr ? nullptr : entry.stand_in(options);
}

}  // namespace ptqbench
