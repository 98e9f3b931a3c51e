#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ptqbench {

/// An array of unsigned bytes in the idx format of the MNIST files.
struct IdxArray {
  std::vector<int64_t> shape;
  std::vector<uint8_t> values;
};

/// Reads a gzip-packed idx file that must hold unsigned bytes in `dimensions` dimensions.
/// Format: two zero bytes, type (8: unsigned byte), number of dimensions, each size as big-endian
/// uint32, the values. Throws IoError naming the file and what was expected.
IdxArray read_idx_gzip(const std::filesystem::path& path, size_t dimensions);

}  // namespace ptqbench
