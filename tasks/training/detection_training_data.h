#pragma once

#include "tasks/detection/detection_data.h"
#include "tasks/training/detection_loss.h"
#include "tasks/training/train_options.h"
#include "tasks/training/training_data.h"

namespace ptqbench {

/// Images with the boxes in them, mirrored at random (keyed by seed, epoch and sample); the loss is
/// detection_loss. `data` must outlive it.
class DetectionTrainingData : public TrainingData {
 public:
  /// Throws ConfigError on augmentation that is not for detectors.
  DetectionTrainingData(const DetectionData& data, const TrainOptions& options);

  int64_t size() const override { return data_.dataset->size(); }
  std::vector<std::vector<int64_t>> batches(int64_t batch_size, uint64_t seed) const override;
  at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                  int64_t epoch) const override;

  /// The samples as the loss takes them.
  DetectionSample load(const std::vector<int64_t>& samples, int64_t epoch) const;

 private:
  const DetectionData& data_;
  TrainOptions options_;
};

}  // namespace ptqbench
