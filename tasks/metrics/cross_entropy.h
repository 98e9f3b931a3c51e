#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "methods/nn/pass.h"
#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Mean cross entropy (natural logarithm) of a classifier on inputs [N, ...] with labels [N],
/// `batch_size` at a time.
double cross_entropy(const UnitGraph& model, Pass& pass, const at::Tensor& inputs,
                     const at::Tensor& labels, int64_t batch_size);

}  // namespace ptqbench
