#include "support/printable.h"

#include <fmt/format.h>

#include <cstdint>

namespace ptqbench {
namespace {

bool is_continuation(std::string_view text, size_t at, uint8_t least = 0x80, uint8_t most = 0xbf) {
  if (at >= text.size()) return false;
  const auto byte = static_cast<uint8_t>(text[at]);
  return byte >= least && byte <= most;
}

/// Bytes of the well-formed character at `at` (Unicode 15, table 3-7); 0: there is none.
size_t character_length(std::string_view text, size_t at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return is_continuation(text, at + 1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const uint8_t least = lead == 0xe0 ? 0xa0 : 0x80;
    const uint8_t most = lead == 0xed ? 0x9f : 0xbf;
    return is_continuation(text, at + 1, least, most) && is_continuation(text, at + 2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const uint8_t least = lead == 0xf0 ? 0x90 : 0x80;
    const uint8_t most = lead == 0xf4 ? 0x8f : 0xbf;
    return is_continuation(text, at + 1, least, most) && is_continuation(text, at + 2) &&
                   is_continuation(text, at + 3)
               ? 4
               : 0;
  }
  return 0;
}

bool is_control(std::string_view text, size_t at) {
  const auto byte = static_cast<uint8_t>(text[at]);
  return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t length = character_length(text, at);
    if (length == 0 || is_control(text, at)) {
      shown += fmt::format("\\x{:02X}", static_cast<uint8_t>(text[at++]));
      continue;
    }
    shown += text.substr(at, length);
    at += length;
  }
  return shown;
}

size_t first_invalid_byte(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = character_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace ptqbench
