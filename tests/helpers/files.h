#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ptqbench::testing {

/// A fresh folder below the system's temporary one, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  /// The same as text, for command lines.
  std::string at(const std::string& name) const { return path_ / name; }

  /// Writes a file below the folder and returns its path.
  std::string write(const std::string& name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

/// Replaces the file, making its folder if need be. Throws std::runtime_error.
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

/// Throws std::runtime_error when there is no such file.
std::string read_bytes(const std::filesystem::path& path);

}  // namespace ptqbench::testing
