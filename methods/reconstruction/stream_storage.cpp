#include "methods/reconstruction/stream_storage.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <torch/types.h>

#include <cerrno>
#include <cstring>

#include "support/error.h"

namespace ptqbench {
namespace {

std::vector<int64_t> stream_sizes(int64_t samples, const at::Tensor& like) {
  auto sizes = like.sizes().vec();
  sizes[0] = samples;
  return sizes;
}

/// Those of `like`; row-major where it is a view with gaps, which a buffer of its size has no room
/// for.
std::vector<int64_t> stream_strides(const at::Tensor& like) {
  if (like.is_non_overlapping_and_dense()) return like.strides().vec();
  auto strides = like.sizes().vec();
  int64_t stride = 1;
  for (size_t i = strides.size(); i > 0; --i) {
    const int64_t size = strides[i - 1];
    strides[i - 1] = stride;
    stride *= size;
  }
  return strides;
}

}  // namespace

size_t stream_bytes(int64_t samples, const at::Tensor& like) {
  return static_cast<size_t>(like.numel() / like.size(0) * samples) * like.element_size();
}

at::Tensor tensor_over(void* data, int64_t samples, const at::Tensor& like,
                       void (*release)(void* data, size_t bytes)) {
  const size_t bytes = stream_bytes(samples, like);
  return at::from_blob(
      data, stream_sizes(samples, like), stream_strides(like),
      [bytes, release](void* held) { release(held, bytes); }, like.options().device(at::kCPU));
}

at::Tensor MemoryStorage::allocate(int64_t samples, const at::Tensor& like) {
  const size_t bytes = stream_bytes(samples, like);
  if (!like.is_cpu() || bytes == 0)
    return at::empty_strided(stream_sizes(samples, like), stream_strides(like), like.options());
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    throw Error(fmt::format("cannot keep {} bytes of calibration streams in memory: {}", bytes,
                            std::strerror(errno)));
  }
  return tensor_over(data, samples, like, [](void* held, size_t size) { munmap(held, size); });
}

}  // namespace ptqbench
