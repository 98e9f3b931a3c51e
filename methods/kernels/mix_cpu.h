#pragma once

#include <cstdint>

namespace ptqbench::cpu {

/// out[i] = keep[i] ? a[i] : b[i].
void mix(const float* a, const float* b, const uint8_t* keep, float* out, int64_t n);

}  // namespace ptqbench::cpu
