#pragma once

#include <cstdint>

namespace ptqbench::cpu {

struct Extent {
  float low;
  float high;
  /// False when a value is NaN or infinite; then low and high mean nothing.
  bool finite;
};

/// Least and greatest of n > 0 values.
Extent extent(const float* x, int64_t n);

/// How finely a value's place within its bin is kept.
constexpr int kPlaceBits = 12;
/// Values that may be counted into one array before a packed bin could overflow.
constexpr int64_t kMostCounted = int64_t{1} << 26;

/// One bin: how many values, and the sum of their places in units of 2^-kPlaceBits bins. Integers,
/// so that the sums do not depend on the order.
struct BinSums {
  uint64_t count;
  uint64_t places;
};
inline BinSums unpack_bin(uint64_t packed) {
  constexpr int kCountShift = 38;
  return {packed >> kCountShift, packed & ((uint64_t{1} << kCountShift) - 1)};
}

/// Adds `n` values to `packed`, 2^bin_bits bins of 1 / bins_per_unit each from `low` on; values
/// outside count in the bins at the ends. Precondition: bin_bits + kPlaceBits < 31.
void count_values(const float* x, int64_t n, float low, float bins_per_unit, int bin_bits,
                  uint64_t* packed);

}  // namespace ptqbench::cpu
