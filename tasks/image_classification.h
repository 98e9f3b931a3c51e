#pragma once

#include <map>
#include <mutex>

#include "tasks/data/picture_cache.h"
#include "tasks/task.h"

namespace ptqbench {

/// One label an image; top-1 accuracy on the evaluation split, calibration on unlabelled images of
/// the other.
class ImageClassification : public Task {
 public:
  /// Opens both splits. Throws as make_dataset does, and ConfigError when the splits differ in
  /// their classes, by name where both know names, or there are options for texts.
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
  std::vector<std::string> notes() const override;
  std::optional<PictureCacheFile> cache_file(int64_t samples) const override;

 private:
  /// The evaluation split, or its first pictures in the cache where there is one.
  const ImageDataset& evaluation_data(int64_t samples) const;
  /// The evaluation split, where its pictures can be kept; else null.
  const PictureDataset* cacheable() const;

  std::unique_ptr<ImageDataset> calibration_;
  std::unique_ptr<ImageDataset> evaluation_;
  std::filesystem::path cache_;
  /// By the number of their pictures. Evaluation is for one caller at a time.
  mutable std::map<int64_t, std::unique_ptr<CachedPictures>> cached_;
  mutable std::once_flag key_computed_;
  mutable std::string data_key_;
};

}  // namespace ptqbench
