#include "tasks/object_detection.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/detection/detections.h"
#include "tasks/detection/targets.h"
#include "tasks/metrics/coco_map.h"
#include "tasks/models/detectors.h"
#include "tasks/training/detection_training_data.h"

namespace ptqbench {
namespace {

/// Of a detection: box, score and class, 0 for none.
constexpr int64_t kRow = 6;

/// `ids` in order, `size` at a time.
std::vector<std::vector<int64_t>> all_batches(const std::vector<int64_t>& ids, int64_t size) {
  std::vector<std::vector<int64_t>> batches;
  const auto count = static_cast<int64_t>(ids.size());
  for (int64_t first = 0; first < count; first += size)
    batches.emplace_back(ids.begin() + first, ids.begin() + std::min(first + size, count));
  return batches;
}

/// The rows of all batches, one after another, from those that this member of the group has.
at::Tensor exchange(std::vector<at::Tensor> rows, const std::vector<std::vector<int64_t>>& batches,
                    DeviceGroup& group) {
  if (group.size() == 1) return at::cat(rows);
  // The first member has the first batch; another may have none and not know a batch's shape.
  const auto width = static_cast<int64_t>(
      sum_over(group, {group.leads() ? static_cast<double>(rows[0].size(1)) : 0.0}).front());
  for (size_t b = 0; b < rows.size(); ++b) {
    if (!rows[b].defined())
      rows[b] = at::zeros({static_cast<int64_t>(batches[b].size()), width, kRow}, at::kDouble);
  }
  auto all = at::cat(rows);
  const double* values = all.data_ptr<double>();
  const auto summed = sum_over(group, {values, values + all.numel()});
  std::copy(summed.begin(), summed.end(), all.data_ptr<double>());
  return all;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// An id must mean the same in both splits; empty: it does.
std::string category_difference(const std::vector<CocoCategory>& a,
                                const std::vector<CocoCategory>& b) {
  std::map<int64_t, std::string> names;
  for (const auto& category : b) names[category.id] = category.name;
  for (const auto& [id, name] : a) {
    const auto other = names.find(id);
    if (other == names.end())
      return fmt::format("the id {} ('{}') is in the first alone", id, name);
    if (lower(name) != lower(other->second))
      return fmt::format("the id {} is '{}' and '{}'", id, name, other->second);
    names.erase(other);
  }
  if (names.empty()) return "";
  return fmt::format("the id {} ('{}') is in the second alone", names.begin()->first,
                     names.begin()->second);
}

}  // namespace

ObjectDetection::ObjectDetection(const TaskOptions& task)
    : calibration_(make_detection_data(task.dataset, task.dataset.calibration_split)),
      evaluation_(make_detection_data(task.dataset, task.dataset.evaluation_split)) {
  const auto& options = task.dataset;
  if (!task.text.vocabulary.empty())
    throw ConfigError("task object_detection reads no texts: remove 'text'");
  const auto difference =
      category_difference(calibration_.dataset->categories(), evaluation_.dataset->categories());
  if (!difference.empty()) {
    throw ConfigError(fmt::format("data set {}: splits '{}' and '{}' have other categories: {}",
                                  options.name, options.calibration_split, options.evaluation_split,
                                  difference));
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

Tensors ObjectDetection::padded_sample() const {
  const ImageSize size = calibration_.largest_batch();
  return {at::zeros({1, 3, size.height, size.width}).contiguous(at::MemoryFormat::ChannelsLast),
          at::tensor({size.height, size.width}, at::kLong).unsqueeze(0)};
}

std::vector<std::string> ObjectDetection::notes() const {
  auto notes = calibration_.dataset->notes();
  for (auto& note : evaluation_.dataset->notes()) notes.push_back(std::move(note));
  return notes;
}

at::Tensor ObjectDetection::detect(const UnitGraph& model, Pass& pass,
                                   const std::vector<int64_t>& ids) const {
  const auto batch = evaluation_.load(ids);
  const auto found =
      on_device(model.forward(on_device(batch.model_inputs(), model.device()), pass), at::kCPU);
  auto boxes = found.at(0).clone();
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto image = boxes[static_cast<int64_t>(i)];
    const ImageSize file = evaluation_.dataset->image_facts(ids[i]).size;
    image.copy_(scale_boxes(image, batch.sizes[i], file));
  }
  return at::cat({boxes, found.at(1).unsqueeze(2), found.at(2).unsqueeze(2).to(at::kFloat)}, 2)
      .to(at::kDouble);
}

std::vector<CocoDetection> ObjectDetection::coco_format(const at::Tensor& rows,
                                                        int64_t image) const {
  const auto one =
      unpadded(rows.slice(1, 0, 4), rows.select(1, 4), rows.select(1, 5).to(at::kLong));
  const auto labels = evaluation_.labels_of(one.labels);
  const auto real = (labels >= 0).nonzero().squeeze(1);
  return coco_detections(*evaluation_.dataset, image, one.boxes.index_select(0, real),
                         labels.index_select(0, real), one.scores.index_select(0, real));
}

// Figures in percent; those of sizes that no object has are left out.
Metrics ObjectDetection::metrics_of(const CocoMap& map) {
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

std::vector<int64_t> ObjectDetection::evaluation_ids(int64_t samples) const {
  const int64_t population = evaluation_population();
  std::vector<int64_t> ids(
      static_cast<size_t>(samples == 0 ? population : std::min(samples, population)));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

std::vector<CocoDetection> ObjectDetection::detections(const UnitGraph& model, Pass& pass,
                                                       int64_t samples, int64_t batch_size,
                                                       DeviceGroup& group) const {
  const torch::NoGradGuard no_grad;
  const auto ids = evaluation_ids(samples);
  const auto batches = all_batches(ids, batch_size);
  std::vector<at::Tensor> found(batches.size());
  for (size_t b = 0; b < batches.size(); ++b) {
    if (does_batch(group, static_cast<int64_t>(b))) found[b] = detect(model, pass, batches[b]);
  }
  const auto rows = exchange(found, batches, group);
  std::vector<CocoDetection> detections;
  for (const int64_t id : ids) {
    const auto of_image = coco_format(rows[id], id);
    detections.insert(detections.end(), of_image.begin(), of_image.end());
  }
  return detections;
}

CocoMap ObjectDetection::measure(const std::vector<CocoDetection>& detections,
                                 int64_t samples) const {
  const auto count = static_cast<int64_t>(evaluation_ids(samples).size());
  return coco_map(coco_annotations(*evaluation_.dataset, count), detections);
}

Metrics ObjectDetection::evaluate(const UnitGraph& model, Pass& pass, int64_t samples,
                                  int64_t batch_size, DeviceGroup& group) const {
  return metrics_of(measure(detections(model, pass, samples, batch_size, group), samples));
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
