#include "tasks/data/file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include "support/missing_file.h"

namespace ptqbench {
namespace {

/// Checked first, because opening a folder or a pipe fails late or never.
void require_regular_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw MissingFile(fmt::format("file '{}' does not exist", path.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw IoError(fmt::format("'{}' is not a regular file", path.string()));
  }
}

struct CloseGzip {
  void operator()(gzFile file) const { gzclose(file); }
};

}  // namespace

std::vector<uint8_t> read_file(const std::filesystem::path& path, size_t max_bytes) {
  require_regular_file(path);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw IoError(fmt::format("cannot read '{}': {}", path.string(), error.message()));
  if (size > max_bytes) {
    throw IoError(fmt::format("'{}' has {} bytes, more than the {} that such a file may have",
                              path.string(), size, max_bytes));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw IoError(fmt::format("cannot open '{}' for reading", path.string()));
  std::vector<uint8_t> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<size_t>(stream.gcount()) != size) {
    throw IoError(
        fmt::format("cannot read '{}': {} of {} bytes came", path.string(), stream.gcount(), size));
  }
  return bytes;
}

std::vector<uint8_t> read_gzip_file(const std::filesystem::path& path, size_t max_bytes) {
  require_regular_file(path);
  const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rb"));
  if (!file) throw IoError(fmt::format("cannot open '{}' for reading", path.string()));
  constexpr size_t kBlock = size_t{1} << 20;
  std::vector<uint8_t> bytes;
  while (true) {
    const size_t filled = bytes.size();
    bytes.resize(filled + kBlock);
    const int count = gzread(file.get(), bytes.data() + filled, static_cast<unsigned>(kBlock));
    int status = Z_OK;
    const std::string message = gzerror(file.get(), &status);
    // A file that ends too early is read without complaint up to there; only the status tells.
    if (count < 0 || (status != Z_OK && status != Z_STREAM_END)) {
      throw IoError(fmt::format("'{}' is not a complete gzip file: {}", path.string(), message));
    }
    bytes.resize(filled + static_cast<size_t>(count));
    if (bytes.size() > max_bytes) {
      throw IoError(fmt::format("'{}' unpacks to more than the {} bytes that such a file may have",
                                path.string(), max_bytes));
    }
    if (static_cast<size_t>(count) < kBlock) return bytes;
  }
}

}  // namespace ptqbench
