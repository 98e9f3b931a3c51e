#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// Where the calibration streams are kept.
class StreamStorage {
 public:
  virtual ~StreamStorage() = default;

  /// An uninitialised tensor [samples, ...] whose samples have the shape, type, device and strides
  /// of those of `like` [N, ...].
  virtual at::Tensor allocate(int64_t samples, const at::Tensor& like) = 0;
};

/// In memory.
class HeapStorage : public StreamStorage {
 public:
  at::Tensor allocate(int64_t samples, const at::Tensor& like) override;
};

}  // namespace ptqbench
