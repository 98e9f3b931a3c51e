#pragma once

#include <array>
#include <cstdint>

namespace ptqbench::cpu {

/// mask[e] = 1 when the e-th 16-bit number of a Philox stream is >= `threshold`, else 0, for e < n.
/// Element e takes half-word e mod 8 (low half of each word first) of the block with counter
/// {e / 8, counter[1], counter[2], counter[3]}; counter[0] must be 0.
void keep_mask(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key, uint32_t threshold,
               uint8_t* mask, int64_t n);

}  // namespace ptqbench::cpu
