#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ptqbench {

class InputFile;

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
std::string sha256_text(std::string_view text);

/// The same of a file's bytes. Throws IoError when the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);
std::string sha256_file(const InputFile& file);

}  // namespace ptqbench
