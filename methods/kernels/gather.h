#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace ptqbench {

/// The samples `ids` of `source` [S, ...], in that order; refers to both.
struct Rows {
  const at::Tensor& source;
  const std::vector<int64_t>& ids;
};

/// The rows as a new tensor [B, ...] with the same layout per sample.
at::Tensor gather(const Rows& rows);

/// Rows `ids`, each element from `quantized` where the keep mask (see keep_mask.h) is 1 and from
/// `full_precision` where it is 0: QDrop's mixed block input (arXiv:2203.05740, algorithm 1).
at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const std::vector<int64_t>& ids, const at::Tensor& keep);

/// The rows as flat float arrays, each in the memory order of a sample of `like`; empty where they
/// do not lie in memory like that.
std::vector<const float*> row_pointers(const Rows& rows, const at::Tensor& like);

}  // namespace ptqbench
