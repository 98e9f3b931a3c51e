#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ptqbench {

/// Whether a file's ending, in any case, is one that torchvision's ImageFolder takes: .jpg .jpeg
/// .png .ppm .bmp .pgm .tif .tiff .webp.
bool is_picture_file(const std::filesystem::path& path);

/// Whether a file or folder of this name is none of the user's: hidden (its name begins with a
/// dot), or a leftover of archivers, file systems and viewers, such as `__MACOSX` and `Thumbs.db`.
bool is_leftover(const std::string& name);

/// Names of the folders in `folder` in byte order, without leftovers.
std::vector<std::string> class_folders(const std::filesystem::path& folder);

struct PictureFiles {
  /// Paths below the folder.
  std::vector<std::string> pictures;
  /// How many other files there are, by ending.
  std::map<std::string, int64_t> others;
};

/// The files that lie in `folder` itself, in byte order of their names.
PictureFiles picture_files(const std::filesystem::path& folder);

/// Those in the folders below it, too, at any depth: in byte order of their folder's path, then of
/// their names, as torchvision lists them. Symbolic links are followed. Throws DataError where they
/// lead in a circle.
PictureFiles picture_files_below(const std::filesystem::path& folder);

}  // namespace ptqbench
