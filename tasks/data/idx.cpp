#include "tasks/data/idx.h"

#include <fmt/format.h>

#include "support/error.h"
#include "tasks/data/file.h"

namespace ptqbench {
namespace {

constexpr uint8_t kUnsignedByte = 8;

int64_t read_big_endian(const uint8_t* bytes) {
  return int64_t{bytes[0]} << 24 | int64_t{bytes[1]} << 16 | int64_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

IdxArray read_idx_gzip(const std::filesystem::path& path, size_t dimensions) {
  constexpr size_t kMaxBytes = size_t{1} << 28;
  std::vector<uint8_t> bytes = read_gzip_file(path, kMaxBytes);
  const size_t header_size = 4 + 4 * dimensions;
  if (bytes.size() < header_size || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != kUnsignedByte ||
      bytes[3] != dimensions) {
    throw IoError(
        fmt::format("'{}' is not an idx file of unsigned bytes in {} dimensions: expected its "
                    "first 4 bytes to be 0 0 8 {}",
                    path.string(), dimensions, dimensions));
  }
  IdxArray array;
  const size_t present = bytes.size() - header_size;
  size_t expected = 1;
  std::string sizes;
  for (size_t i = 0; i < dimensions; ++i) {
    const int64_t size = read_big_endian(bytes.data() + 4 + 4 * i);
    array.shape.push_back(size);
    sizes += fmt::format("{}{}", i == 0 ? "" : "x", size);
    // Stops growing at the first value that cannot fit, so that the product does not overflow.
    if (expected <= kMaxBytes) expected *= static_cast<size_t>(size);
  }
  if (expected != present) {
    throw IoError(fmt::format("'{}' has {} values, but its header announces {}", path.string(),
                              present, sizes));
  }
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header_size));
  array.values = std::move(bytes);
  return array;
}

}  // namespace ptqbench
