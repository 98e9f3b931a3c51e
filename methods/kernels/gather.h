#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// The samples `ids` (int64 [B], where the source lies) of `source` [S, ...], in that order; refers
/// to both.
struct Rows {
  const at::Tensor& source;
  const at::Tensor& ids;
};

/// The rows as a new tensor [B, ...] with the same layout per sample.
at::Tensor gather(const Rows& rows);

/// Rows `ids`, each element from `quantized` where the keep mask (see keep_mask.h) is 1 and from
/// `full_precision` where it is 0: QDrop's mixed block input (arXiv:2203.05740, algorithm 1). The
/// mask is in the memory order of `quantized`.
at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const at::Tensor& ids, const at::Tensor& keep);

/// Whether the rows lie on the device of `like`, each in the memory order of one of its samples.
bool rows_fit(const Rows& rows, const at::Tensor& like);

}  // namespace ptqbench
