#pragma once

#include <cstdint>

#include "methods/kernels/element/compiler.h"

namespace ptqbench::element {

/// Four numbers of Philox4x32-10 (see random/philox.h), in registers.
struct Philox {
  uint32_t c0, c1, c2, c3;
};

constexpr uint32_t kPhiloxKeyStep0 = 0x9E3779B9;
constexpr uint32_t kPhiloxKeyStep1 = 0xBB67AE85;

PTQ_ELEMENT Philox philox_round(Philox c, uint32_t k0, uint32_t k1) {
  const uint64_t product0 = uint64_t{0xD2511F53} * c.c0;
  const uint64_t product1 = uint64_t{0xCD9E8D57} * c.c2;
  return {static_cast<uint32_t>(product1 >> 32) ^ c.c1 ^ k0, static_cast<uint32_t>(product1),
          static_cast<uint32_t>(product0 >> 32) ^ c.c3 ^ k1, static_cast<uint32_t>(product0)};
}

PTQ_ELEMENT Philox philox(Philox c, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    c = philox_round(c, k0, k1);
    k0 += kPhiloxKeyStep0;
    k1 += kPhiloxKeyStep1;
  }
  return c;
}

/// A drop probability as a binary fraction without trailing zeros.
struct DropThreshold {
  /// Of 2^digits; with `digits` 0 nothing (value 0) or everything (value 1) is dropped.
  uint32_t value;
  uint32_t digits;
};

/// `threshold` of 65536.
PTQ_ELEMENT DropThreshold drop_threshold(uint32_t threshold) {
  if (threshold == 0 || threshold >= 65536) return {threshold == 0 ? 0U : 1U, 0U};
  DropThreshold drop{threshold, 16};
  for (; drop.value % 2 == 0; drop.value /= 2) --drop.digits;
  return drop;
}

/// Takes the next digit of the comparison u >= threshold into a word of keep bits, which starts
/// with all bits set; digits come from the last one on.
PTQ_ELEMENT uint32_t next_keep_digit(uint32_t kept, uint32_t random, bool threshold_digit) {
  return threshold_digit ? kept & random : kept | random;
}

/// Four words of a keep mask (see keep_mask.h), 4 * group and the three after it: `counter` 1 to 3
/// of the stream.
PTQ_ELEMENT Philox keep_words(DropThreshold drop, uint32_t group, uint32_t c1, uint32_t c2,
                              uint32_t c3, uint32_t k0, uint32_t k1) {
  const uint32_t all = drop.digits == 0 && drop.value == 1 ? 0U : ~0U;
  Philox kept{all, all, all, all};
  for (uint32_t digit = 0; digit < drop.digits; ++digit) {
    const Philox random = philox({group * drop.digits + digit, c1, c2, c3}, k0, k1);
    const bool one = ((drop.value >> digit) & 1U) != 0;
    kept = {next_keep_digit(kept.c0, random.c0, one), next_keep_digit(kept.c1, random.c1, one),
            next_keep_digit(kept.c2, random.c2, one), next_keep_digit(kept.c3, random.c3, one)};
  }
  return kept;
}

}  // namespace ptqbench::element
