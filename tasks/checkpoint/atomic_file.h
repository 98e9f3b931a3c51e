#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ptqbench {

// results/ has its own: it and tasks/ must not know each other, and methods/ knows no files.

/// Writes a file that appears under its name complete or not at all: bytes go to a temporary name
/// in the same folder, `commit` syncs and renames it. Destroyed without `commit`, it removes the
/// temporary file.
class AtomicFile {
 public:
  /// Throws IoError when the folder is missing or cannot be written to.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws IoError naming the file when the bytes cannot be stored, such as on a full disk.
  void write(const void* bytes, uint64_t count);
  /// Makes the file durable and gives it its name, replacing a file that had it.
  void commit();

 private:
  [[noreturn]] void fail(const char* action) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

}  // namespace ptqbench
