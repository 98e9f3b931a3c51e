#pragma once

#include <mutex>

#include "tasks/task.h"

namespace ptqbench {

/// Pictures of any image data set with Gaussian noise; how much of it the model takes away, as peak
/// signal-to-noise ratio in dB. Labels are not looked at. Pixels are in 0..1.
class ImageDenoising : public Task {
 public:
  /// Opens both splits. Throws as make_dataset does, and ConfigError when there are mean and std or
  /// options for texts.
  explicit ImageDenoising(const TaskOptions& options);

  UnitGraph make_model(const ModelSpec& spec) const override;
  int64_t calibration_population() const override { return calibration_->size(); }
  int64_t evaluation_population() const override { return evaluation_->size(); }
  const std::string& data_key() const override;
  Tensors calibration_inputs(const std::vector<int64_t>& ids) const override;
  Metrics evaluate(const UnitGraph& model, Pass& pass, int64_t samples, int64_t batch_size,
                   DeviceGroup& group) const override;
  std::unique_ptr<TrainingData> training_data(const TrainOptions& options) const override;

 private:
  std::unique_ptr<ImageDataset> calibration_;
  std::unique_ptr<ImageDataset> evaluation_;
  mutable std::once_flag key_computed_;
  mutable std::string data_key_;
};

/// For register_task().
std::unique_ptr<Task> open_image_denoising(const TaskOptions& options);

/// 10 log10(1 / mean squared difference) of pictures with pixels in 0..1, at most 100 dB.
double psnr_db(const at::Tensor& picture, const at::Tensor& clean);

/// The samples with their noise, float32 [N, 3, H, W]; it depends on `draw` and on a sample's
/// number only.
at::Tensor with_noise(const at::Tensor& clean, const std::vector<int64_t>& ids, int64_t draw);

}  // namespace ptqbench
