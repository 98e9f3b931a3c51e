#include "tasks/data/exif.h"

#include <cstddef>

namespace ptqbench {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShort = 3;

/// Numbers in the byte order that the block's first bytes name; 0 behind its end.
class TiffNumbers {
 public:
  explicit TiffNumbers(const std::vector<uint8_t>& block) : block_(block) {
    little_ = block.size() > 1 && block[0] == 'I' && block[1] == 'I';
  }

  uint32_t read(size_t at, size_t bytes) const {
    if (at > block_.size() || bytes > block_.size() - at) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; ++i)
      value = value << 8 | block_[at + (little_ ? bytes - 1 - i : i)];
    return value;
  }

 private:
  const std::vector<uint8_t>& block_;
  bool little_ = false;
};

/// Where a pixel of the result stands in the stored picture.
struct Place {
  int x = 0;
  int y = 0;
};

Place stored_place(const Image& image, int orientation, int x, int y) {
  const int right = image.width - 1;
  const int bottom = image.height - 1;
  switch (orientation) {
    case 2:
      return {right - x, y};
    case 3:
      return {right - x, bottom - y};
    case 4:
      return {x, bottom - y};
    case 5:
      return {y, x};
    case 6:
      return {y, bottom - x};
    case 7:
      return {right - y, bottom - x};
    case 8:
      return {right - y, x};
    default:
      return {x, y};
  }
}

}  // namespace

int exif_orientation(const std::vector<uint8_t>& block) {
  constexpr size_t kEntryBytes = 12;
  const TiffNumbers numbers(block);
  const size_t directory = numbers.read(4, 4);
  const size_t entries = numbers.read(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t at = directory + 2 + i * kEntryBytes;
    if (numbers.read(at, 2) != kOrientationTag || numbers.read(at + 2, 2) != kShort) continue;
    const uint32_t orientation = numbers.read(at + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

bool swaps_sides(int orientation) { return orientation >= 5 && orientation <= 8; }

Image turned(const Image& image, int orientation) {
  Image result;
  result.width = swaps_sides(orientation) ? image.height : image.width;
  result.height = swaps_sides(orientation) ? image.width : image.height;
  result.rgb.reserve(image.rgb.size());
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      const Place from = stored_place(image, orientation, x, y);
      const size_t pixel = static_cast<size_t>(from.y) * static_cast<size_t>(image.width) +
                           static_cast<size_t>(from.x);
      const auto* const rgb = image.rgb.data() + pixel * 3;
      result.rgb.insert(result.rgb.end(), rgb, rgb + 3);
    }
  }
  return result;
}

}  // namespace ptqbench
