#include "methods/nn/bit_widths.h"

#include <fmt/format.h>

namespace ptqbench {

std::string BitWidths::name() const {
  return (embeddings == 0 ? "" : fmt::format("e{}", embeddings)) +
         fmt::format("w{}a{}", weights, activations);
}

bool operator==(const BitWidths& a, const BitWidths& b) {
  return a.weights == b.weights && a.activations == b.activations && a.embeddings == b.embeddings;
}

}  // namespace ptqbench
