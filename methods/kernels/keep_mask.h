#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ptqbench {

/// A keep mask says for every element of a mini-batch whether it stays quantized (1) or is dropped
/// to full precision (0). One bit an element: int32 [N, words], bit e % 32 of word e / 32 for the
/// e-th element of a sample in the order of its memory; bits beyond the sample are undefined. Drawn
/// by Kernels::draw_keep_masks: 1 with probability 1 - drop_probability (rounded to 1/65536), so that
/// a bit depends on the stream, the iteration, the place, the slot and the element alone.
int64_t mask_words(int64_t elements_per_sample);

/// The mask as bool with the shape of `like` [N, ...], in the order of its memory; in that of a
/// contiguous copy where its samples are not dense.
at::Tensor unpack_mask(const at::Tensor& mask, const at::Tensor& like);

/// The inverse: `keep` (bool or uint8 [N, ...]) in the order of its own memory.
at::Tensor pack_mask(const at::Tensor& keep);

}  // namespace ptqbench
