#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ptqbench {

/// Bytes of "8 GiB", "500MiB", "1.5GB", "4096"; nothing when the text is no size.
std::optional<int64_t> parse_memory_size(const std::string& text);

/// "1.50 GiB", "310 MiB".
std::string memory_size_text(double bytes);

}  // namespace ptqbench
