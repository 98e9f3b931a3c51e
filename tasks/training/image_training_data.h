#pragma once

#include "tasks/data/dataset.h"
#include "tasks/training/train_options.h"
#include "tasks/training/training_data.h"

namespace ptqbench {

/// Labelled images, shifted and mirrored at random (keyed by seed, epoch and sample); the loss is
/// cross entropy with label smoothing. `images` must outlive it.
class ImageTrainingData : public TrainingData {
 public:
  ImageTrainingData(const ImageDataset& images, const TrainOptions& options)
      : images_(images), options_(options) {}

  int64_t size() const override { return images_.size(); }
  std::vector<std::vector<int64_t>> batches(int64_t batch_size, uint64_t seed) const override;
  at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                  int64_t epoch) const override;

 private:
  const ImageDataset& images_;
  TrainOptions options_;
};

}  // namespace ptqbench
