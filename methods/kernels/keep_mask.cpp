#include "methods/kernels/keep_mask.h"

#include <torch/types.h>

#include "methods/kernels/cpu/vector_loop.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {

int64_t mask_words(int64_t elements_per_sample) {
  return (elements_per_sample + kWordBits - 1) / kWordBits;
}

at::Tensor unpack_mask(const at::Tensor& mask, const at::Tensor& like) {
  const int64_t samples = like.size(0);
  const int64_t elements = like.numel() / samples;
  const auto shifts = at::arange(kWordBits, mask.options());
  const auto bits = at::bitwise_and(at::bitwise_right_shift(mask.unsqueeze(-1), shifts), 1)
                        .reshape({samples, -1})
                        .slice(1, 0, elements)
                        .to(at::kBool)
                        .contiguous();
  return samples_are_dense(like) ? bits.as_strided(like.sizes(), like.strides())
                                 : bits.view(like.sizes());
}

at::Tensor pack_mask(const at::Tensor& keep) {
  const int64_t samples = keep.size(0);
  const int64_t elements = keep.numel() / samples;
  const auto flat = keep.as_strided({samples, elements}, {elements, 1}).to(at::kLong);
  const int64_t words = mask_words(elements);
  const auto padded = at::constant_pad_nd(flat, {0, words * kWordBits - elements}, 0);
  const auto weights =
      at::bitwise_left_shift(at::ones({kWordBits}, at::kLong), at::arange(kWordBits, at::kLong));
  const auto sums = (padded.reshape({samples, words, kWordBits}) * weights).sum(-1);
  // The upper half of the unsigned range wraps to negative int32 values with the same bits.
  return at::where(sums.ge(int64_t{1} << 31), sums - (int64_t{1} << 32), sums).to(at::kInt);
}

}  // namespace ptqbench
