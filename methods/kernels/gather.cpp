#include "methods/kernels/gather.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

#include "methods/kernels/keep_mask.h"
#include "methods/kernels/mix_cpu.h"

namespace ptqbench {
namespace {

/// [B, ...] whose samples are laid out as those of `source`.
at::Tensor like_batch(const at::Tensor& source, size_t batch) {
  auto sizes = source.sizes().vec();
  sizes[0] = static_cast<int64_t>(batch);
  return at::empty_strided(sizes, source.strides(), source.options());
}

bool walkable(const at::Tensor& source) {
  return source.is_cpu() && source.scalar_type() == at::kFloat && samples_are_dense(source);
}

/// Whether a sample of `a` and one of `b` have the same shape and strides.
bool same_sample_layout(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes().slice(1) == b.sizes().slice(1) && a.strides().slice(1) == b.strides().slice(1);
}

at::Tensor select(const at::Tensor& source, const std::vector<int64_t>& ids) {
  return source.index_select(0, at::tensor(ids, at::kLong).to(source.device()));
}

}  // namespace

at::Tensor gather(const Rows& rows) {
  if (!walkable(rows.source)) return select(rows.source, rows.ids);
  auto out = like_batch(rows.source, rows.ids.size());
  const int64_t row = rows.source.numel() / rows.source.size(0);
  const float* from = rows.source.data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(rows.ids.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b)
      std::copy_n(from + rows.ids[static_cast<size_t>(b)] * row, row, to + b * row);
  });
  return out;
}

at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                      const std::vector<int64_t>& ids, const at::Tensor& keep) {
  auto out = like_batch(quantized, ids.size());
  if (!walkable(quantized) || !walkable(full_precision) ||
      !same_sample_layout(quantized, full_precision)) {
    return at::where(unpack_mask(keep.to(out.device()), out), select(quantized, ids),
                     select(full_precision, ids));
  }
  const int64_t row = quantized.numel() / quantized.size(0);
  const int64_t words = keep.size(1);
  const float* a = quantized.data_ptr<float>();
  const float* b = full_precision.data_ptr<float>();
  const auto* mask = reinterpret_cast<const uint32_t*>(keep.data_ptr<int32_t>());
  float* to = out.data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(ids.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      const int64_t from = ids[static_cast<size_t>(slot)] * row;
      cpu::mix(a + from, b + from, mask + slot * words, to + slot * row, row);
    }
  });
  return out;
}

std::vector<const float*> row_pointers(const Rows& rows, const at::Tensor& like) {
  if (!walkable(rows.source) || !same_sample_layout(rows.source, like)) return {};
  const int64_t row = rows.source.numel() / rows.source.size(0);
  std::vector<const float*> pointers;
  for (const int64_t id : rows.ids) pointers.push_back(rows.source.data_ptr<float>() + id * row);
  return pointers;
}

}  // namespace ptqbench
