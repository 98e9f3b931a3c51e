#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "methods/nn/named_tensor.h"

namespace ptqbench::testing {

/// Pseudo-random values that depend only on `name` and `shape`, as the golden files of whole models
/// use them (tests/golden: "for i = 1 .. n ..."): splitmix64 seeded with the name's CRC-32, scaled
/// by kind (weights, norm weights and variances, biases and means, the tensor named "input").
at::Tensor generated_values(const std::string& name, const std::vector<int64_t>& shape);

/// Fills tensors that share storage with a model by their names.
void fill_generated(const std::vector<NamedTensor>& tensors);

}  // namespace ptqbench::testing
