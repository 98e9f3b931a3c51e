#pragma once

#include <cstdint>
#include <string>

namespace ptqbench {

/// Bit widths that a model is quantized to: 2 to 8, or 32 for "not quantized".
struct BitWidths {
  int64_t weights = 32;
  int64_t activations = 32;
  /// Of embedding tables; 0: as the other weights.
  int64_t embeddings = 0;

  /// "w4a4", or "e8w4a4" where the embeddings have bits of their own.
  std::string name() const;
};

bool operator==(const BitWidths& a, const BitWidths& b);

}  // namespace ptqbench
