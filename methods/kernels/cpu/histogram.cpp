#include "methods/kernels/cpu/histogram.h"

#include <algorithm>

#include "methods/kernels/cpu/vector_loop.h"

namespace ptqbench::cpu {
namespace {

constexpr int64_t kBlock = 2048;
constexpr uint64_t kOneValue = uint64_t{1} << 38;
constexpr uint32_t kPlaceMask = (1U << kPlaceBits) - 1;

}  // namespace

PTQ_MULTIVERSION
Extent extent(const float* x, int64_t n) {
  float low[kSumLanes], high[kSumLanes], poison[kSumLanes];
  std::fill_n(low, kSumLanes, x[0]);
  std::fill_n(high, kSumLanes, x[0]);
  std::fill_n(poison, kSumLanes, 0.0F);
  const int64_t whole = n / kSumLanes * kSumLanes;
  for (int64_t i = 0; i < whole; i += kSumLanes) {
    for (int64_t lane = 0; lane < kSumLanes; ++lane) {
      const float value = x[i + lane];
      low[lane] = std::min(low[lane], value);
      high[lane] = std::max(high[lane], value);
      // Stays zero unless a value is NaN or infinite.
      poison[lane] += value * 0.0F;
    }
  }
  for (int64_t i = whole; i < n; ++i) {
    low[0] = std::min(low[0], x[i]);
    high[0] = std::max(high[0], x[i]);
    poison[0] += x[i] * 0.0F;
  }
  Extent all{low[0], high[0], true};
  for (int64_t lane = 0; lane < kSumLanes; ++lane) {
    all.low = std::min(all.low, low[lane]);
    all.high = std::max(all.high, high[lane]);
    all.finite = all.finite && poison[lane] == 0.0F;
  }
  return all;
}

PTQ_MULTIVERSION
static void places(const float* x, int64_t n, float low, float places_per_unit, float last,
                   int32_t* place) {
  for (int64_t i = 0; i < n; ++i)
    place[i] = static_cast<int32_t>(std::min(std::max(0.0F, (x[i] - low) * places_per_unit), last));
}

void count_values(const float* x, int64_t n, float low, float bins_per_unit, int bin_bits,
                  uint64_t* packed) {
  const auto place_count = static_cast<float>(int64_t{1} << (bin_bits + kPlaceBits));
  // The greatest float below.
  const float last = place_count * (1.0F - 0x1p-24F);
  const float places_per_unit = bins_per_unit * static_cast<float>(1 << kPlaceBits);
  int32_t place[kBlock];
  for (int64_t start = 0; start < n; start += kBlock) {
    const int64_t count = std::min(kBlock, n - start);
    places(x + start, count, low, places_per_unit, last, place);
    for (int64_t i = 0; i < count; ++i) {
      const auto p = static_cast<uint32_t>(place[i]);
      packed[p >> kPlaceBits] += kOneValue + (p & kPlaceMask);
    }
  }
}

}  // namespace ptqbench::cpu
