#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

class DecodeWarnings;

/// An 8-bit RGB picture, row by row from the top: `rgb[(y * width + x) * 3 + channel]`.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;
};

/// Pictures with more pixels are refused: a corrupt header must not ask for all memory.
constexpr int64_t kMaxImagePixels = int64_t{1} << 27;

/// Decodes a JPEG, PNG, WebP, BMP, PNM or TIFF file, told apart by content, to the pixels of
/// Pillow's `Image.open(path).convert("RGB")`: grey is repeated in the three channels, CMYK and
/// YCCK are taken to be inverted as Adobe writes them, alpha and transparency are dropped, gamma and
/// colour profiles are ignored, and so is the orientation tag, but for TIFF. Samples with 16 bits
/// lose their low byte (PNG) or are rounded to 8 bits (PNM); there Pillow differs for greyscale
/// alone, which it clips at 255. What the JPEG library only warns of, such as stray bytes before a
/// marker, is noted in `warnings`, if given. Throws DataError naming the file when it is of another
/// format, too large, truncated or corrupt, IoError when it cannot be read.
Image decode_image(const std::filesystem::path& path, DecodeWarnings* warnings = nullptr);

/// The same of a file's content; `name` is what errors and warnings call it.
Image decode_image(const std::vector<uint8_t>& bytes, const std::string& name,
                   DecodeWarnings* warnings = nullptr);

/// Names and versions of the libraries that decode, which may decide a last bit.
std::string picture_decoders();

}  // namespace ptqbench
