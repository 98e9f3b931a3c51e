#include "tasks/object_detection.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "methods/support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/detection/detections.h"
#include "tasks/detection/targets.h"
#include "tasks/metrics/coco_map.h"
#include "tasks/models/detectors.h"
#include "tasks/training/detection_training_data.h"

namespace ptqbench {
namespace {

/// Figures in percent; those of sizes that no object has are left out.
Metrics metrics_of(const CocoMap& map) {
  if (map.ap < 0) throw Error("object_detection: no object is in the images of the evaluation");
  Metrics metrics;
  metrics.name = "box_map";
  metrics.value = 100 * map.ap;
  const std::pair<const char*, double> further[] = {
      {"box_map_50", map.ap50},           {"box_map_75", map.ap75},
      {"box_map_small", map.ap_small},    {"box_map_medium", map.ap_medium},
      {"box_map_large", map.ap_large},    {"box_recall_1", map.ar1},
      {"box_recall_10", map.ar10},        {"box_recall_100", map.ar100},
      {"box_recall_small", map.ar_small}, {"box_recall_medium", map.ar_medium},
      {"box_recall_large", map.ar_large}};
  for (const auto& [name, value] : further) {
    if (value >= 0) metrics.further[name] = 100 * value;
  }
  return metrics;
}

/// `ids` in order, `size` at a time.
std::vector<std::vector<int64_t>> all_batches(const std::vector<int64_t>& ids, int64_t size) {
  std::vector<std::vector<int64_t>> batches;
  const auto count = static_cast<int64_t>(ids.size());
  for (int64_t first = 0; first < count; first += size)
    batches.emplace_back(ids.begin() + first, ids.begin() + std::min(first + size, count));
  return batches;
}

std::vector<int64_t> category_ids(const DetectionData& data) {
  std::vector<int64_t> ids;
  for (const auto& category : data.dataset->categories()) ids.push_back(category.id);
  return ids;
}

}  // namespace

ObjectDetection::ObjectDetection(const TaskOptions& task)
    : calibration_(make_detection_data(task.dataset, task.dataset.calibration_split)),
      evaluation_(make_detection_data(task.dataset, task.dataset.evaluation_split)) {
  const auto& options = task.dataset;
  if (!task.text.vocabulary.empty())
    throw ConfigError("task object_detection reads no texts: remove 'text'");
  if (category_ids(calibration_) != category_ids(evaluation_)) {
    throw ConfigError(fmt::format("data set {}: splits '{}' and '{}' have other categories",
                                  options.name, options.calibration_split,
                                  options.evaluation_split));
  }
}

UnitGraph ObjectDetection::make_model(const ModelSpec& spec) const {
  if (!spec.config.empty())
    throw ConfigError("model '" + spec.name + "' has one size: remove its 'config'");
  return make_detector(spec.name, evaluation_.classes());
}

const std::string& ObjectDetection::data_key() const {
  std::call_once(key_computed_, [&] {
    data_key_ = sha256_text(calibration_.dataset->content_key() + "\n" +
                            evaluation_.dataset->content_key() + "\n");
  });
  return data_key_;
}

Tensors ObjectDetection::calibration_inputs(const std::vector<int64_t>& ids) const {
  return calibration_.load(ids).model_inputs();
}

std::vector<CocoDetection> ObjectDetection::detect(const UnitGraph& model, Pass& pass,
                                                   const std::vector<int64_t>& ids) const {
  const auto batch = evaluation_.load(ids);
  const auto found = model.forward(on_device(batch.model_inputs(), model.device()), pass);
  std::vector<CocoDetection> all;
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const auto one =
        unpadded(found.at(0)[row].cpu(), found.at(1)[row].cpu(), found.at(2)[row].cpu());
    const auto labels = evaluation_.labels_of(one.labels);
    const auto real = (labels >= 0).nonzero().squeeze(1);
    const auto boxes =
        scale_boxes(one.boxes, batch.sizes[i], evaluation_.dataset->image_facts(ids[i]).size);
    const auto detections =
        coco_detections(*evaluation_.dataset, ids[i], boxes.index_select(0, real),
                        labels.index_select(0, real), one.scores.index_select(0, real));
    all.insert(all.end(), detections.begin(), detections.end());
  }
  return all;
}

Metrics ObjectDetection::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                  int64_t batch_size) const {
  const torch::NoGradGuard no_grad;
  const int64_t population = evaluation_population();
  const int64_t count = samples == 0 ? population : std::min(samples, population);
  std::vector<int64_t> ids(static_cast<size_t>(count));
  std::iota(ids.begin(), ids.end(), 0);
  std::vector<CocoDetection> detections;
  for (const auto& batch : all_batches(ids, batch_size)) {
    const auto found = detect(model, pass, batch);
    detections.insert(detections.end(), found.begin(), found.end());
  }
  return metrics_of(coco_map(coco_annotations(*evaluation_.dataset, count), detections));
}

std::unique_ptr<TrainingData> ObjectDetection::training_data(const TrainOptions& options) const {
  return std::make_unique<DetectionTrainingData>(calibration_, options);
}

Loss ObjectDetection::loss(Split split, const std::vector<int64_t>& ids, int64_t batch_size) const {
  const DetectionTrainingData data(split == Split::kCalibration ? calibration_ : evaluation_,
                                   TrainOptions());
  std::vector<DetectionSample> batches;
  for (const auto& batch : all_batches(ids, batch_size))
    batches.push_back(data.load(batch, /*epoch=*/0));
  return [batches, count = ids.size()](const UnitGraph& model, Pass& pass) {
    const torch::NoGradGuard no_grad;
    double sum = 0;
    for (size_t i = 0; i < batches.size(); ++i) {
      const SampleKey key{0, static_cast<int64_t>(i), 0};
      sum += detection_loss(model, pass, batches[i], key).item<double>() *
             static_cast<double>(batches[i].targets.size());
    }
    return sum / static_cast<double>(count);
  };
}

}  // namespace ptqbench
