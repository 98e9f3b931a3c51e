#include "methods/kernels/keep_mask.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <cmath>

#include "methods/kernels/elementwise.h"
#include "methods/kernels/keep_mask_cpu.h"

namespace ptqbench {

int64_t mask_words(int64_t elements_per_sample) {
  return (elements_per_sample + kWordBits - 1) / kWordBits;
}

bool samples_are_dense(const at::Tensor& x) {
  return x.is_non_overlapping_and_dense() && x.dim() > 0 &&
         (x.size(0) == 1 || x.stride(0) == x.numel() / x.size(0));
}

at::Tensor draw_keep_mask(std::array<uint32_t, 2> key, int64_t iteration, int64_t place,
                          double drop_probability, const std::vector<int64_t>& slots,
                          int64_t elements_per_sample) {
  const auto threshold = static_cast<uint32_t>(std::lround(drop_probability * 65536));
  const int64_t words = mask_words(elements_per_sample);
  const auto samples = static_cast<int64_t>(slots.size());
  auto mask = at::empty({samples, words}, at::kInt);
  auto* data = reinterpret_cast<uint32_t*>(mask.data_ptr<int32_t>());
  at::parallel_for(0, samples, 1, [&](int64_t begin, int64_t end) {
    for (int64_t sample = begin; sample < end; ++sample) {
      const auto slot = static_cast<uint32_t>(slots[static_cast<size_t>(sample)]);
      cpu::keep_mask({0, slot, static_cast<uint32_t>(iteration), static_cast<uint32_t>(place)}, key,
                     threshold, data + sample * words, words);
    }
  });
  return mask;
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
  return bits.as_strided(like.sizes(), like.strides());
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
