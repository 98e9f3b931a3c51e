#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/options.h"

namespace ptqbench {

/// How a full-precision model is trained; the learning rate rises linearly and then decays to zero
/// along a cosine.
struct TrainOptions {
  std::string optimizer = "sgd";
  int64_t epochs = 30;
  int64_t batch_size = 128;
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  double label_smoothing = 0.0;
  double warmup_epochs = 0.0;
  int64_t seed = 0;
  int64_t crop_padding = 0;
  bool horizontal_flip = false;
  double token_dropout = 0;

  /// All but the augmentation.
  static const std::vector<Field<TrainOptions>>& fields();
  /// crop_padding, horizontal_flip and token_dropout, a group of their own in configurations.
  static const std::vector<Field<TrainOptions>>& augmentation_fields();
};

}  // namespace ptqbench
