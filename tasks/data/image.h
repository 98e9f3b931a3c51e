#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ptqbench {

/// An 8-bit RGB picture, row by row from the top: `rgb[(y * width + x) * 3 + channel]`.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;
};

/// Pictures with more pixels are refused: a corrupt header must not ask for all memory.
constexpr int64_t kMaxImagePixels = int64_t{1} << 27;

/// Decodes a JPEG or PNG file, told apart by content, to the pixels of Pillow's
/// `Image.open(path).convert("RGB")`: grey is repeated in the three channels, CMYK and YCCK are
/// taken to be inverted as Adobe writes them, alpha and transparency are dropped, gamma and colour
/// profiles are ignored, the orientation tag is ignored. Of samples with 16 bits the high byte is
/// kept; there Pillow differs for greyscale alone, which it clips at 255. Throws IoError naming the
/// file when it is missing, of another format, too large, truncated or corrupt; whatever the JPEG
/// library warns of counts as corrupt.
Image decode_image(const std::filesystem::path& path);

/// The same of a file's content; `name` is what errors call it.
Image decode_image(const std::vector<uint8_t>& bytes, const std::string& name);

}  // namespace ptqbench
