#include "methods/kernels/gather_mix.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

#include "methods/kernels/mix_cpu.h"

namespace ptqbench {
namespace {

/// [B, ...] whose samples are laid out as those of `source`.
at::Tensor like_batch(const at::Tensor& source, size_t batch) {
  auto sizes = source.sizes().vec();
  sizes[0] = static_cast<int64_t>(batch);
  auto strides = source.strides().vec();
  return at::empty_strided(sizes, strides, source.options());
}

bool rows_are_dense(const at::Tensor& source) {
  return source.is_cpu() && source.scalar_type() == at::kFloat &&
         source.is_non_overlapping_and_dense() &&
         source.stride(0) == source.numel() / source.size(0);
}

at::Tensor select(const at::Tensor& source, const std::vector<int64_t>& ids) {
  return source.index_select(0, at::tensor(ids, at::kLong).to(source.device()));
}

}  // namespace

at::Tensor gather(const at::Tensor& source, const std::vector<int64_t>& ids) {
  if (!rows_are_dense(source)) return select(source, ids);
  auto out = like_batch(source, ids.size());
  const int64_t row = source.numel() / source.size(0);
  at::parallel_for(0, static_cast<int64_t>(ids.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      std::copy_n(source.data_ptr<float>() + ids[static_cast<size_t>(b)] * row, row,
                  out.data_ptr<float>() + b * row);
    }
  });
  return out;
}

at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const std::vector<int64_t>& ids, const at::Tensor& keep) {
  if (!rows_are_dense(quantized) || !rows_are_dense(full_precision) ||
      quantized.strides() != full_precision.strides()) {
    return at::where(keep.to(at::kBool), select(quantized, ids), select(full_precision, ids));
  }
  auto out = like_batch(quantized, ids.size());
  const auto mask =
      keep.strides() == out.strides() ? keep : at::empty_like(out, keep.options()).copy_(keep);
  const int64_t row = quantized.numel() / quantized.size(0);
  at::parallel_for(0, static_cast<int64_t>(ids.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b) {
      const int64_t from = ids[static_cast<size_t>(b)] * row;
      cpu::mix(quantized.data_ptr<float>() + from, full_precision.data_ptr<float>() + from,
               mask.data_ptr<uint8_t>() + b * row, out.data_ptr<float>() + b * row, row);
    }
  });
  return out;
}

}  // namespace ptqbench
