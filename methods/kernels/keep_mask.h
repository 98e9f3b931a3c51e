#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

namespace ptqbench {

/// A keep mask says for every element of a mini-batch whether it stays quantized (1) or is dropped
/// to full precision (0). One bit an element: int32 [N, words], bit e % 32 of word e / 32 for the
/// e-th element of a sample in the order of its memory; bits beyond the sample are undefined.
int64_t mask_words(int64_t elements_per_sample);

/// Draws the masks of these `slots` of a mini-batch, in that order: 1 with probability
/// 1 - drop_probability (rounded to 1/65536), from the Philox stream `key`; `iteration` and `place`
/// number its use. On the host, so that every device sees the same masks.
at::Tensor draw_keep_mask(std::array<uint32_t, 2> key, int64_t iteration, int64_t place,
                          double drop_probability, const std::vector<int64_t>& slots,
                          int64_t elements_per_sample);

/// The mask as bool with shape and memory layout of `like` [N, ...], whose samples must be dense.
at::Tensor unpack_mask(const at::Tensor& mask, const at::Tensor& like);

/// The inverse: `keep` (bool or uint8 [N, ...]) in the order of its own memory.
at::Tensor pack_mask(const at::Tensor& keep);

/// Whether the samples of [N, ...] lie one after another, each without gaps, so that a sample can
/// be walked as a flat array.
bool samples_are_dense(const at::Tensor& x);

}  // namespace ptqbench
