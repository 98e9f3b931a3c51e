#pragma once

#include <mutex>

#include "tasks/detection/detection_data.h"
#include "tasks/metrics/coco_map.h"
#include "tasks/task.h"

namespace ptqbench {

/// Boxes and their classes; COCO's mean average precision on the evaluation split, calibration on
/// images of the other.
class ObjectDetection : public Task {
 public:
  /// Opens both splits. Throws as make_detection_data does, and ConfigError when the splits differ
  /// in their categories or there are options for texts.
  explicit ObjectDetection(const TaskOptions& options);

  UnitGraph make_model(const ModelSpec& spec) const override;
  int64_t calibration_population() const override { return calibration_.dataset->size(); }
  int64_t evaluation_population() const override { return evaluation_.dataset->size(); }
  const std::string& data_key() const override;
  /// Images and their sizes without padding (tasks/models/detector_layers.h).
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override;
  Tensors padded_sample() const override;
  Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                   DeviceGroup& group) const override;
  /// What the model finds in the first `samples` images of the evaluation split (0: all); see
  /// evaluate.
  std::vector<CocoDetection> detections(const UnitGraph& model, Pass& pass, int64_t samples,
                                        int64_t batch_size, DeviceGroup& group) const;
  /// Figures of such detections, with those of each category.
  CocoMap measure(const std::vector<CocoDetection>& detections, int64_t samples) const;
  /// The same as evaluate gives them. Throws Error when the images hold no object.
  static Metrics metrics_of(const CocoMap& map);
  /// In ascending order of their ids, as CocoMap::category_ap.
  const std::vector<CocoCategory>& categories() const { return evaluation_.dataset->categories(); }
  std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const override;
  /// detection_loss of images as they are.
  Loss loss(Split split, const std::vector<int64_t>& ids, int64_t batch_size) const override;
  std::vector<std::string> notes() const override;

 private:
  /// What the model finds in these images, [N, D, 6] float64: box in pixels of the file, score and
  /// class, 0 where there is nothing.
  at::Tensor detect(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& ids) const;
  /// The first `samples` of the evaluation split; 0: all.
  std::vector<int64_t> evaluation_ids(int64_t samples) const;
  /// Such rows of one image.
  std::vector<CocoDetection> coco_format(const at::Tensor& rows, int64_t image) const;

  DetectionData calibration_;
  DetectionData evaluation_;
  mutable std::once_flag key_computed_;
  mutable std::string data_key_;
};

}  // namespace ptqbench
