#include "methods/kernels/cpu/mix.h"

#include "methods/kernels/cpu/vector_loop.h"

namespace ptqbench::cpu {

PTQ_MULTIVERSION
void mix(const float* __restrict a, const float* __restrict b, const uint32_t* __restrict keep,
         float* __restrict out, int64_t n) {
  const int64_t words = n / kWordBits;
  for (int64_t w = 0; w < words; ++w) {
    const uint32_t bits = keep[w];
    for (int64_t k = 0; k < kWordBits; ++k) {
      const int64_t i = w * kWordBits + k;
      const float quantized = a[i];
      const float full_precision = b[i];
      out[i] = ((bits >> static_cast<uint32_t>(k)) & 1U) != 0 ? quantized : full_precision;
    }
  }
  for (int64_t i = words * kWordBits; i < n; ++i)
    out[i] = ((keep[words] >> static_cast<uint32_t>(i % kWordBits)) & 1U) != 0 ? a[i] : b[i];
}

}  // namespace ptqbench::cpu
