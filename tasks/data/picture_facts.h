#pragma once

#include <cstdint>
#include <filesystem>

namespace ptqbench {

/// What a picture's file says of it.
struct PictureFacts {
  /// As the pixels are stored.
  int64_t width = 0;
  int64_t height = 0;
  /// Exif's, 1 to 8, for JPEG; 1 where the file does not say, and for other formats.
  int orientation = 1;
};

/// Reads the header of a JPEG or PNG file, and decodes a file of another format. Throws as
/// decode_image() does.
PictureFacts picture_facts(const std::filesystem::path& path);

/// The same, and makes sure that the file has its end. A file without the end where it is to be
/// expected is decoded, and that decides. Throws as decode_image() does.
PictureFacts check_picture(const std::filesystem::path& path);

}  // namespace ptqbench
