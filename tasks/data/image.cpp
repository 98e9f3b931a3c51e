#include "tasks/data/image.h"

#include <fmt/format.h>

#include <limits>

#include "support/data_error.h"
#include "tasks/data/decode_warnings.h"
#include "tasks/data/file.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {

void check_image_size(int64_t width, int64_t height, const std::string& name) {
  constexpr int64_t kMaxSide = std::numeric_limits<int>::max();
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide ||
      width > kMaxImagePixels / height) {
    throw DataError(fmt::format("image '{}' has {}x{} pixels; expected at least one and at most {}",
                              name, width, height, kMaxImagePixels));
  }
}

Image make_image(int64_t width, int64_t height, const std::string& name) {
  check_image_size(width, height, name);
  Image image;
  image.width = static_cast<int>(width);
  image.height = static_cast<int>(height);
  image.rgb.resize(static_cast<size_t>(width * height * 3));
  return image;
}

Image decode_image(const std::vector<uint8_t>& bytes, const std::string& name,
                   DecodeWarnings* warnings) {
  if (is_jpeg(bytes)) {
    std::string warning;
    Image image = decode_jpeg(bytes, name, warning);
    if (warnings != nullptr && !warning.empty()) warnings->add(name, warning);
    return image;
  }
  if (is_png(bytes)) return decode_png(bytes, name);
  if (is_webp(bytes)) return decode_webp(bytes, name);
  if (is_bmp(bytes)) return decode_bmp(bytes, name);
  if (is_pnm(bytes)) return decode_pnm(bytes, name);
  if (is_tiff(bytes)) return decode_tiff(bytes, name);
  throw DataError(fmt::format("image '{}' {}, expected JPEG, PNG, WebP, BMP, PNM or TIFF", name,
                              bytes.empty() ? "is empty" : "is in no known format"));
}

Image decode_image(const std::filesystem::path& path, DecodeWarnings* warnings) {
  constexpr size_t kMaxFileBytes = size_t{1} << 28;
  return decode_image(read_file(path, kMaxFileBytes), path.string(), warnings);
}

}  // namespace ptqbench
