#include "tasks/text/text_encoding.h"

#include <fmt/format.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include <algorithm>

#include "support/data_error.h"
#include "tasks/text/unicode.h"

namespace ptqbench {
namespace {

/// The code units behind the mark.
std::u16string utf16_units(const std::vector<uint8_t>& bytes, bool little_endian) {
  std::u16string units;
  units.reserve(bytes.size() / 2);
  for (size_t i = 2; i + 1 < bytes.size(); i += 2) {
    const uint8_t high = bytes[little_endian ? i + 1 : i];
    const uint8_t low = bytes[little_endian ? i : i + 1];
    units += static_cast<char16_t>(high << 8 | low);
  }
  return units;
}

std::string from_utf16(const std::vector<uint8_t>& bytes, bool little_endian,
                       const std::string& name) {
  const auto units = utf16_units(bytes, little_endian);
  std::string text;
  const auto length = static_cast<int64_t>(units.size());
  for (int64_t i = 0; i < length;) {
    UChar32 value = 0;
    U16_NEXT(units.data(), i, length, value);
    if (U_IS_SURROGATE(value)) {
      throw DataError(
          fmt::format("{}: half of a character of UTF-16 at byte {}; expected UTF-8", name, 2 * i));
    }
    append_utf8(text, static_cast<char32_t>(value));
  }
  return text;
}

}  // namespace

std::string utf8_text(const std::vector<uint8_t>& bytes, const std::string& name) {
  const auto begins_with = [&](uint8_t first, uint8_t second) {
    return bytes.size() >= 2 && bytes[0] == first && bytes[1] == second;
  };
  if (begins_with(0xff, 0xfe)) return from_utf16(bytes, /*little_endian=*/true, name);
  if (begins_with(0xfe, 0xff)) return from_utf16(bytes, /*little_endian=*/false, name);
  const auto nul = std::find(bytes.begin(), bytes.end(), uint8_t{0});
  if (nul != bytes.end()) {
    throw DataError(
        fmt::format("{}: byte {} is NUL; expected text in UTF-8 (UTF-16 without a "
                    "byte-order mark has such bytes)",
                    name, nul - bytes.begin()));
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace ptqbench
