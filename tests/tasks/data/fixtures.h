#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tasks/data/image.h"

namespace ptqbench {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(PTQBENCH_SOURCE_DIR) / "tests/tasks/data/data" / name;
}

inline std::vector<uint8_t> read_bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("missing fixture " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_bytes(const std::filesystem::path& path, const std::vector<uint8_t>& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
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

/// A folder of its own for one test, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ptqbench-data-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace ptqbench
