#pragma once

#include "methods/kernels/kernels.h"

namespace ptqbench {

/// Those of methods/kernels/cuda on LibTorch's current stream of the current CUDA device, which is
/// the tensors'. A stream has to have been used once before its work is captured; work captured on
/// one stream is replayed by one stream at a time.
const Kernels& cuda_kernels();

}  // namespace ptqbench
