#include "methods/random/philox.h"

namespace ptqbench {
namespace {

/// FNV-1a, continued from `hash`.
uint64_t fnv1a(uint64_t hash, std::string_view bytes) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace

std::array<uint32_t, 2> stream_key(uint64_t seed, std::string_view name, RandomPurpose purpose) {
  const uint64_t hash = fnv1a(0xCBF29CE484222325ULL, name);
  const auto mixed = philox({static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32),
                             static_cast<uint32_t>(purpose), 0},
                            {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  return {mixed[0], mixed[1]};
}

}  // namespace ptqbench
