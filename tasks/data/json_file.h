#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace ptqbench {

/// The content of a JSON file. `keep` may refuse values while they are read (see nlohmann::json's
/// parser callbacks), so that a large file need not be in memory at once; what it throws passes
/// through. Throws IoError when the file is missing or larger than `max_bytes`, DataError naming
/// file, line, column and what stands there when it is not valid JSON.
nlohmann::json read_json_file(const std::filesystem::path& path, size_t max_bytes,
                              const nlohmann::json::parser_callback_t& keep = nullptr);

}  // namespace ptqbench
