#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tasks/data/dataset.h"

namespace ptqbench {

struct Batch {
  /// float32 [N, 3, H, W].
  at::Tensor inputs;
  /// int64 [N].
  at::Tensor labels;
};

struct PrefetchOptions {
  int64_t batch_size = 1;
  /// Threads that decode; at least 1.
  int threads = 1;
  /// Batches that may wait, finished or not, besides the one that the caller holds; at least 1.
  int64_t batches_ahead = 2;
};

/// The samples `indices` of a data set in batches, in this order, the last one perhaps smaller.
/// Threads of its own decode the next batches while the caller computes; which thread decodes what
/// changes nothing in the result. For one caller at a time.
class PrefetchingLoader {
 public:
  /// Refers to `data`, which must outlive it. Reads the first sample, which gives the shape; throws
  /// as `data.sample` does.
  PrefetchingLoader(const ImageDataset& data, std::vector<int64_t> indices,
                    const PrefetchOptions& options);
  /// Stops the threads; batches that nobody took are dropped.
  ~PrefetchingLoader();
  PrefetchingLoader(const PrefetchingLoader&) = delete;
  PrefetchingLoader& operator=(const PrefetchingLoader&) = delete;

  /// Waits for the next batch; nothing after the last one. Throws the error of the first sample of
  /// the batch that could not be read, which names its file; after that there is no next batch.
  std::optional<Batch> next();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace ptqbench
