#pragma once

#include <cstdint>

namespace ptqbench {

/// Bits that something can be quantized to.
inline constexpr int64_t kFewestBits = 2;
inline constexpr int64_t kMostBits = 8;

/// Stands for "not quantized" wherever bits are said.
inline constexpr int kNotQuantized = 32;

}  // namespace ptqbench
