#pragma once

#include <cstdint>

namespace ptqbench::cpu {

/// out[i] = a[i] where bit i of `keep` is 1, else b[i].
void mix(const float* a, const float* b, const uint32_t* keep, float* out, int64_t n);

}  // namespace ptqbench::cpu
