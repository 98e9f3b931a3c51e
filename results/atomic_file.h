#pragma once

#include <filesystem>
#include <string_view>

namespace ptqbench {

/// Writes `bytes` to `path` so that, whatever happens, `path` holds either what it held before or
/// all of the new bytes: a temporary file in the same folder, synced, is renamed over it. Throws
/// ResultsError naming the file if the folder cannot be written or the disk is full; nothing is
/// left behind then.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace ptqbench
