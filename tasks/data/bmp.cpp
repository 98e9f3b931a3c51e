#include <fmt/format.h>
#include <stb_image.h>

#include <algorithm>
#include <memory>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

struct FreePixels {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

constexpr size_t kHeaderBytes = 30;

uint32_t number(const std::vector<uint8_t>& bytes, size_t offset, size_t width) {
  uint32_t value = 0;
  for (size_t i = width; i > 0; --i) value = value << 8 | bytes[offset + i - 1];
  return value;
}

/// stb_image reads zeros behind the end of the data, so whether they are all there is asked before.
void require_all_rows(const std::vector<uint8_t>& bytes, const Image& image, uint32_t bits,
                      const std::string& name) {
  const uint64_t row_bytes = (static_cast<uint64_t>(image.width) * bits + 31) / 32 * 4;
  const uint64_t needed = number(bytes, 10, 4) + row_bytes * static_cast<uint64_t>(image.height);
  if (bytes.size() >= needed) return;
  throw DataError(fmt::format("BMP image '{}' is corrupt: cut short, {} bytes of {}", name,
                              bytes.size(), needed));
}

}  // namespace

bool is_bmp(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 2 && bytes[0] == 'B' && bytes[1] == 'M';
}

Image decode_bmp(const std::vector<uint8_t>& bytes, const std::string& name) {
  int width = 0, height = 0, channels = 0;
  if (bytes.size() < kHeaderBytes ||
      stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height,
                            &channels) == 0) {
    throw DataError(fmt::format("BMP image '{}' is corrupt or compressed", name));
  }
  Image image = make_image(width, height, name);
  // OS/2's first header has shorter sides.
  const bool short_sides = number(bytes, 14, 4) == 12;
  const uint32_t bits = number(bytes, short_sides ? 24 : 28, 2);
  const uint32_t known[] = {1, 4, 8, 24, 32};
  if (std::count(std::begin(known), std::end(known), bits) == 0)
    throw DataError(fmt::format("BMP image '{}' has {} bits a pixel, expected 1, 4, 8, 24 or 32",
                                name, bits));
  require_all_rows(bytes, image, bits, name);
  const std::unique_ptr<stbi_uc, FreePixels> pixels(stbi_load_from_memory(
      bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 3));
  if (!pixels)
    throw DataError(fmt::format("BMP image '{}' is corrupt: {}", name, stbi_failure_reason()));
  std::copy_n(pixels.get(), image.rgb.size(), image.rgb.begin());
  return image;
}

}  // namespace ptqbench
