#include "tasks/training/train_options.h"

namespace ptqbench {

const std::vector<Field<TrainOptions>>& TrainOptions::fields() {
  using T = TrainOptions;
  static const std::vector<Field<T>> all = {
      {"optimizer", &T::optimizer, "sgd (Nesterov momentum) or adamw", 0, 0, {"sgd", "adamw"}},
      {"epochs", &T::epochs, "passes over the training split", 1, 10000},
      {"batch_size", &T::batch_size, "samples of one step", 1, 1e5},
      {"learning_rate", &T::learning_rate, "learning rate after the warm-up", 0, 100},
      {"momentum", &T::momentum, "momentum of the gradient (sgd)", 0, 0.9999},
      {"weight_decay", &T::weight_decay, "weight decay (not of normalisation and biases)", 0, 1},
      {"label_smoothing", &T::label_smoothing, "part of the target spread over all classes", 0,
       0.99},
      {"warmup_epochs", &T::warmup_epochs, "epochs in which the learning rate rises from zero", 0,
       10000},
      {"seed", &T::seed, "seed of the first weights, the order of samples and the augmentation", 0,
       9e18},
  };
  return all;
}

const std::vector<Field<TrainOptions>>& TrainOptions::augmentation_fields() {
  using T = TrainOptions;
  static const std::vector<Field<T>> all = {
      {"crop_padding", &T::crop_padding,
       "pixels added on each side by repeating the border, before a random crop to the old size", 0,
       1000},
      {"horizontal_flip", &T::horizontal_flip, "mirror every other image, at random"},
      {"token_dropout", &T::token_dropout,
       "part of a text's tokens that are replaced by [UNK], at random", 0, 0.99},
  };
  return all;
}

}  // namespace ptqbench
