#pragma once

#include <array>
#include <cstdint>

namespace ptqbench::cpu {

/// `words` words of bits that are 1 with probability 1 - threshold / 65536, from the Philox stream
/// with counter {block, counter[1], counter[2], counter[3]}; counter[0] must be 0.
///
/// A bit is 1 when a random number u of as many binary digits as the threshold has significant ones
/// is >= the threshold (one digit suffices for 1/2). Digits are compared a word at a time, from the
/// last one on. Four words w .. w + 3 (w a multiple of 4) take digit d from the four numbers of
/// block w / 4 * digits + d.
void keep_mask(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key, uint32_t threshold,
               uint32_t* mask, int64_t words);

}  // namespace ptqbench::cpu
