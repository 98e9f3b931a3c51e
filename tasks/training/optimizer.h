#pragma once

#include <memory>
#include <vector>

#include "methods/nn/named_tensor.h"
#include "tasks/training/train_options.h"

namespace ptqbench {

/// Updates parameters from their gradients.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update; clears the gradients.
  virtual void step(double learning_rate) = 0;
  /// Everything it keeps between steps; shares storage.
  virtual std::vector<NamedTensor> state() const = 0;
};

/// `options.optimizer`, "sgd" (with Nesterov momentum) or "adamw" (Loshchilov and Hutter 2019,
/// arXiv:1711.05101, algorithm 2, betas 0.9 and 0.999), over `parameters`. Weight decay is applied
/// to tensors of two or more dimensions only. Throws ConfigError on another name.
std::unique_ptr<Optimizer> make_optimizer(const std::vector<NamedTensor>& parameters,
                                          const TrainOptions& options);

}  // namespace ptqbench
