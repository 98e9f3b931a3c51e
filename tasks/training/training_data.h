#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// What a network learns from: samples, and how wrong it is about some of them.
class TrainingData {
 public:
  virtual ~TrainingData() = default;

  virtual int64_t size() const = 0;
  /// The samples of each step of an epoch, in an order that `seed` decides: every sample at most
  /// once, all but at most `batch_size` - 1 of them.
  virtual std::vector<std::vector<int64_t>> batches(int64_t batch_size, uint64_t seed) const = 0;
  /// The mean loss of these samples, a scalar with a gradient. Throws IoError on an unreadable one.
  virtual at::Tensor loss(const UnitGraph& model, Pass& pass, const std::vector<int64_t>& samples,
                          int64_t epoch) const = 0;
};

/// The mean loss on all of the data, in order and `batch_size` at a time, as a function of the
/// model and the pass that runs it; without gradient.
std::function<double(const UnitGraph& model, Pass& pass)> mean_loss(
    std::shared_ptr<const TrainingData> data, int64_t batch_size);

/// `order` cut into batches; what does not fill the last one is left out, unless it is the first.
std::vector<std::vector<int64_t>> full_batches(const std::vector<int64_t>& order,
                                               int64_t batch_size);

}  // namespace ptqbench
