#pragma once

#include <optional>
#include <string>

#include "harness/config/yaml_reader.h"
#include "methods/nn/bit_widths.h"

namespace ptqbench {

/// "w4a4", "W4A4", "w4" (activations 32) or "e8w4a4" (embedding tables apart). Throws ConfigError.
BitWidths parse_bit_widths(const std::string& text);

/// Such a text or {embeddings: 8, weights: 4, activations: 4}, of which missing weights or
/// activations are 32 and missing embeddings are as the weights.
std::optional<BitWidths> read_bit_widths(const YamlReader& reader);

}  // namespace ptqbench
