#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/data/image.h"

/// The formats behind decode_image. `name` is the file's name for error messages.
namespace ptqbench {

bool is_jpeg(const std::vector<uint8_t>& bytes);
Image decode_jpeg(const std::vector<uint8_t>& bytes, const std::string& name);

bool is_png(const std::vector<uint8_t>& bytes);
Image decode_png(const std::vector<uint8_t>& bytes, const std::string& name);

/// Throws IoError when a side is not positive or there are more than kMaxImagePixels.
void check_image_size(int64_t width, int64_t height, const std::string& name);

/// A black picture of a size that passes check_image_size.
Image make_image(int64_t width, int64_t height, const std::string& name);

}  // namespace ptqbench
