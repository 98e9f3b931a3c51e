#include "tasks/data/png_writer.h"

#include <fmt/format.h>
#include <png.h>

#include "support/error.h"

namespace ptqbench {

void write_png(const std::filesystem::path& path, const Image& image) {
  png_image header = {};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  if (png_image_write_to_file(&header, path.c_str(), /*convert_to_8_bit=*/0, image.rgb.data(),
                              /*row_stride=*/0, /*colormap=*/nullptr) == 0) {
    throw IoError(fmt::format("cannot write '{}': {}", path.string(), header.message));
  }
}

}  // namespace ptqbench
