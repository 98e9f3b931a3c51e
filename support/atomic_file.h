#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace ptqbench {

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
  /// Makes the file durable and gives it its name, replacing a file that had it. Throws IoError.
  void commit();

 private:
  [[noreturn]] void fail(const char* action, int error) const;
  void sync_folder() const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// All of a file at once: whatever happens, `path` holds either what it held before or all of
/// `bytes`. Throws IoError as AtomicFile does; nothing is left behind then.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Removes what killed writers left in the folder; folders in it are not looked into. Returns how
/// many files that were. What cannot be removed stays. Precondition: nobody writes there.
int64_t remove_temporaries(const std::filesystem::path& folder);

}  // namespace ptqbench
