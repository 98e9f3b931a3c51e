#pragma once

#include <cstdint>

namespace ptqbench::testing {

/// Kernels that the emulator has started since the program began.
int64_t emulated_launches();

}  // namespace ptqbench::testing
