#include "methods/reconstruction/stream_storage.h"

#include <torch/types.h>

namespace ptqbench {

at::Tensor HeapStorage::allocate(int64_t samples, const at::Tensor& like) {
  auto sizes = like.sizes().vec();
  sizes[0] = samples;
  return at::empty_strided(sizes, like.strides(), like.options());
}

}  // namespace ptqbench
