#pragma once

#include "methods/kernels/kernels.h"

namespace ptqbench {

/// Loops over the memory of tensors that lie on the CPU, in chunks that do not depend on the number
/// of threads.
const Kernels& cpu_kernels();

}  // namespace ptqbench
