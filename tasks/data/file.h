#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ptqbench {

/// The whole content of a regular file. Throws IoError when it is missing, unreadable or larger
/// than `max_bytes`.
std::vector<uint8_t> read_file(const std::filesystem::path& path, size_t max_bytes);

/// The unpacked content of a gzip file (RFC 1952). Throws IoError when it is missing, truncated,
/// fails its checksum or unpacks to more than `max_bytes`.
std::vector<uint8_t> read_gzip_file(const std::filesystem::path& path, size_t max_bytes);

}  // namespace ptqbench
