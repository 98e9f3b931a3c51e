#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/config/yaml_reader.h"

namespace ptqbench {

/// Bit widths of weights and activations: 2 to 8, or 32 for "not quantized".
struct BitWidths {
  int64_t weights = 32;
  int64_t activations = 32;

  /// "w4a4"
  std::string name() const;
};

bool operator==(const BitWidths& a, const BitWidths& b);

/// "w4a4", "W4A4" or "w4" (activations 32). Throws ConfigError.
BitWidths parse_bit_widths(const std::string& text);

/// Such a text or {weights: 4, activations: 4}, of which a missing one is 32.
std::optional<BitWidths> read_bit_widths(const YamlReader& reader);

}  // namespace ptqbench
