#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// A file's bytes as UTF-8. UTF-16 with a byte-order mark is converted; anything else comes back as
/// it is. Throws DataError with `name` for UTF-16 that is malformed, and for bytes that are no
/// text: those with NUL, which UTF-16 without a mark has.
std::string utf8_text(const std::vector<uint8_t>& bytes, const std::string& name);

}  // namespace ptqbench
