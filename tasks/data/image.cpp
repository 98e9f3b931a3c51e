#include "tasks/data/image.h"

#include <fmt/format.h>

#include <limits>

#include "support/error.h"
#include "tasks/data/file.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {

void check_image_size(int64_t width, int64_t height, const std::string& name) {
  constexpr int64_t kMaxSide = std::numeric_limits<int>::max();
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide ||
      width > kMaxImagePixels / height) {
    throw IoError(fmt::format("image '{}' has {}x{} pixels; expected at least one and at most {}",
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

Image decode_image(const std::vector<uint8_t>& bytes, const std::string& name) {
  if (is_jpeg(bytes)) return decode_jpeg(bytes, name);
  if (is_png(bytes)) return decode_png(bytes, name);
  throw IoError(fmt::format("image '{}' is neither a JPEG nor a PNG file", name));
}

Image decode_image(const std::filesystem::path& path) {
  constexpr size_t kMaxFileBytes = size_t{1} << 28;
  return decode_image(read_file(path, kMaxFileBytes), path.string());
}

}  // namespace ptqbench
