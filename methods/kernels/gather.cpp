#include "methods/kernels/gather.h"

#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "methods/kernels/kernels.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {
namespace {

bool walkable(const at::Tensor& source) {
  return source.scalar_type() == at::kFloat && samples_are_dense(source);
}

}  // namespace

at::Tensor gather(const Rows& rows) {
  if (!samples_are_dense(rows.source)) return rows.source.index_select(0, rows.ids);
  return kernels_on(rows.source.device()).gather(rows.source, rows.ids);
}

at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const at::Tensor& ids, const at::Tensor& keep) {
  if (walkable(quantized) && walkable(full_precision) &&
      same_sample_layout(quantized, full_precision)) {
    return kernels_on(quantized.device()).gather_mix(quantized, full_precision, ids, keep);
  }
  const auto mask = unpack_mask(keep, batch_like(quantized, ids.numel()));
  return at::where(mask, quantized.index_select(0, ids), full_precision.index_select(0, ids));
}

bool rows_fit(const Rows& rows, const at::Tensor& like) {
  return rows.source.device() == like.device() && walkable(rows.source) &&
         same_sample_layout(rows.source, like);
}

}  // namespace ptqbench
