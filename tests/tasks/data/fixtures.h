#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tasks/data/image.h"
#include "tests/helpers/files.h"

namespace ptqbench {

using testing::TemporaryFolder;

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/data/data" / name;
}

inline std::vector<uint8_t> read_bytes(const std::filesystem::path& path) {
  const auto bytes = testing::read_bytes(path);
  return {bytes.begin(), bytes.end()};
}

inline void write_bytes(const std::filesystem::path& path, const std::vector<uint8_t>& bytes) {
  testing::write_bytes(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// The pixels of a binary PPM file as make_fixtures.py writes it.
inline Image read_ppm(const std::string& name) {
  std::ifstream stream(fixture(name), std::ios::binary);
  std::string magic;
  int maximum = 0;
  Image image;
  stream >> magic >> image.width >> image.height >> maximum;
  stream.get();
  image.rgb.assign(std::istreambuf_iterator<char>(stream), {});
  if (magic != "P6" || image.rgb.size() != size_t{3} * image.width * image.height) {
    throw std::runtime_error("missing or broken fixture " + name);
  }
  return image;
}

}  // namespace ptqbench
