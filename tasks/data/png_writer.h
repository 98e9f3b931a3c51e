#pragma once

#include <filesystem>

#include "tasks/data/image.h"

namespace ptqbench {

/// Writes an 8-bit RGB PNG file that decode_image reads to the same pixels. Throws IoError.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace ptqbench
