#include "methods/kernels/sample_layout.h"

#include <torch/types.h>

namespace ptqbench {

bool samples_are_dense(const at::Tensor& x) {
  return x.is_non_overlapping_and_dense() && x.dim() > 0 &&
         (x.size(0) == 1 || x.stride(0) == x.numel() / x.size(0));
}

bool same_sample_layout(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes().slice(1) == b.sizes().slice(1) && a.strides().slice(1) == b.strides().slice(1);
}

at::Tensor batch_like(const at::Tensor& source, int64_t count) {
  auto sizes = source.sizes().vec();
  sizes[0] = count;
  return at::empty_strided(sizes, source.strides(), source.options());
}

}  // namespace ptqbench
