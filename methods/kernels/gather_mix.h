#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ptqbench {

/// Rows `ids` of `source` [S, ...] as a new tensor [B, ...] with the same layout per sample.
at::Tensor gather(const at::Tensor& source, const std::vector<int64_t>& ids);

/// Rows `ids`, each element from `quantized` where `keep` (uint8 [B, ...]) is 1 and from
/// `full_precision` where it is 0: QDrop's mixed block input (arXiv:2203.05740, algorithm 1).
at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const std::vector<int64_t>& ids, const at::Tensor& keep);

}  // namespace ptqbench
