#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ptqbench {

/// The text with each byte that is no UTF-8, and each control character but line breaks, as
/// "\\xE9", so that terminals, JSON and HDF5 take it. Text in UTF-8 comes back as it is, for
/// messages quote files and names in any encoding.
std::string printable(std::string_view text);

/// Where the first byte is that is no UTF-8; npos: nowhere.
size_t first_invalid_byte(std::string_view text);

inline bool is_utf8(std::string_view text) {
  return first_invalid_byte(text) == std::string_view::npos;
}

}  // namespace ptqbench
