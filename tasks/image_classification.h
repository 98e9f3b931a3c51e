#pragma once

#include <mutex>

#include "tasks/task.h"

namespace ptqbench {

/// One label an image; top-1 accuracy on the evaluation split, calibration on unlabelled images of
/// the other.
class ImageClassification : public Task {
 public:
  /// Opens both splits. Throws as make_dataset does, and ConfigError when the splits differ in
  /// their classes or there are options for texts.
  explicit ImageClassification(const TaskOptions& options);

  UnitGraph make_model(const ModelSpec& spec) const override;
  double chance() const override { return 100.0 / static_cast<double>(evaluation_->classes()); }
  int64_t calibration_population() const override { return calibration_->size(); }
  int64_t evaluation_population() const override { return evaluation_->size(); }
  const std::string& data_key() const override;
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override;
  Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                   DeviceGroup& group) const override;
  std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const override;
  /// Cross entropy.
  Loss loss(Split split, const std::vector<int64_t>& ids, int64_t batch_size) const override;

 private:
  std::unique_ptr<ImageDataset> calibration_;
  std::unique_ptr<ImageDataset> evaluation_;
  mutable std::once_flag key_computed_;
  mutable std::string data_key_;
};

}  // namespace ptqbench
