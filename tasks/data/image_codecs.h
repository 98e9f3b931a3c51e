#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/data/image.h"

/// The formats behind decode_image, a file each. `name` is the file's name for error messages.
namespace ptqbench {

bool is_jpeg(const std::vector<uint8_t>& bytes);
/// `warning`: what the library complained of first although it went on; else left alone.
Image decode_jpeg(const std::vector<uint8_t>& bytes, const std::string& name, std::string& warning);

bool is_png(const std::vector<uint8_t>& bytes);
Image decode_png(const std::vector<uint8_t>& bytes, const std::string& name);

/// Of an animation the first frame.
bool is_webp(const std::vector<uint8_t>& bytes);
Image decode_webp(const std::vector<uint8_t>& bytes, const std::string& name);

/// Uncompressed, with 1, 4, 8, 24 or 32 bits a pixel.
bool is_bmp(const std::vector<uint8_t>& bytes);
Image decode_bmp(const std::vector<uint8_t>& bytes, const std::string& name);

/// PBM, PGM and PPM, in text or binary.
bool is_pnm(const std::vector<uint8_t>& bytes);
Image decode_pnm(const std::vector<uint8_t>& bytes, const std::string& name);

/// The first page, turned as its orientation tag says: grey, palette, RGB or YCbCr with up to eight
/// bits a sample.
bool is_tiff(const std::vector<uint8_t>& bytes);
Image decode_tiff(const std::vector<uint8_t>& bytes, const std::string& name);

/// Throws IoError when a side is not positive or there are more than kMaxImagePixels.
void check_image_size(int64_t width, int64_t height, const std::string& name);

/// A black picture of a size that passes check_image_size.
Image make_image(int64_t width, int64_t height, const std::string& name);

}  // namespace ptqbench
