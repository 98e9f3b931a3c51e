#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ptqbench {

/// Whether the samples of [N, ...] lie one after another, each without gaps, so that a sample can
/// be walked as a flat array.
bool samples_are_dense(const at::Tensor& x);

/// Whether a sample of `a` and one of `b` have the same shape and strides.
bool same_sample_layout(const at::Tensor& a, const at::Tensor& b);

/// An uninitialised batch of `count` samples that are laid out as those of `source`.
at::Tensor batch_like(const at::Tensor& source, int64_t count);

}  // namespace ptqbench
