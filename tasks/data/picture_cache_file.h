#pragma once

#include <cstdint>
#include <filesystem>

namespace ptqbench {

/// Where the first `samples` pictures of a data set are kept.
struct PictureCacheFile {
  std::filesystem::path path;
  /// Of the pixels.
  int64_t bytes = 0;
  bool exists = false;
};

}  // namespace ptqbench
