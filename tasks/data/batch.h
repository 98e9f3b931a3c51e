#pragma once

#include <cstdint>
#include <vector>

#include "tasks/data/dataset.h"

namespace ptqbench {

/// Inputs of the samples in the order of `indices`, float32 [N, 3, H, W], N >= 1. Samples are
/// decoded in parallel; of several errors the one of the sample that stands first in `indices` is
/// thrown.
at::Tensor load_inputs(const ImageDataset& dataset, const std::vector<int64_t>& indices);

/// Labels of the samples in the order of `indices`, int64 [N].
at::Tensor load_labels(const ImageDataset& dataset, const std::vector<int64_t>& indices);

}  // namespace ptqbench
