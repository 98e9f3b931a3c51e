#include "methods/kernels/mix_cpu.h"

#include "methods/kernels/elementwise.h"

namespace ptqbench::cpu {

PTQ_MULTIVERSION
void mix(const float* a, const float* b, const uint8_t* keep, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = keep[i] != 0 ? a[i] : b[i];
}

}  // namespace ptqbench::cpu
