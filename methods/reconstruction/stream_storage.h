#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// Where the calibration streams are kept.
class StreamStorage {
 public:
  virtual ~StreamStorage() = default;

  /// An uninitialised tensor [samples, ...] whose samples have the shape, type and device of those
  /// of `like` [N, ...], and their strides if these leave no gaps.
  virtual at::Tensor allocate(int64_t samples, const at::Tensor& like) = 0;
};

/// In memory. Streams on the CPU come from the system and go back to it, apart from the heap: they
/// live long and are large, and between them the heap would be left with holes of their size.
class MemoryStorage : public StreamStorage {
 public:
  at::Tensor allocate(int64_t samples, const at::Tensor& like) override;
};

/// A tensor [samples, ...] over `data`, laid out as allocate() promises; `release` is called with
/// `data` when the last reference goes.
at::Tensor tensor_over(void* data, int64_t samples, const at::Tensor& like,
                       void (*release)(void* data, size_t bytes));

/// Bytes that such a tensor needs.
size_t stream_bytes(int64_t samples, const at::Tensor& like);

}  // namespace ptqbench
