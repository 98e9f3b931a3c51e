#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tasks/checkpoint/input_file.h"

namespace ptqbench {

/// The bytes of one file inside an archive: [begin, begin + size) of the archive.
struct ZipEntry {
  uint64_t begin = 0;
  uint64_t size = 0;
};

/// The directory of a ZIP archive (APPNOTE.TXT 6.3.10), ZIP64 included, for the archives torch.save
/// writes: members are stored, not compressed. Checksums are not verified, because PyTorch can be
/// told to leave them out.
class ZipArchive {
 public:
  /// Throws IoError when the file is not a complete archive.
  explicit ZipArchive(const InputFile& file);

  static bool looks_like_zip(const InputFile& file);

  /// The file called `name`; throws IoError when it is missing, compressed, encrypted or not all
  /// there.
  ZipEntry find(const std::string& name) const;
  bool contains(const std::string& name) const { return headers_.count(name) > 0; }
  /// What stands before `ending` in the name of the one file that ends so; nullopt when there is
  /// none. The shortest such name wins.
  std::optional<std::string> folder_of(std::string_view ending) const;

 private:
  struct Directory {
    uint64_t begin = 0;
    uint64_t size = 0;
    uint64_t entries = 0;
  };
  struct Header {
    uint64_t local_begin = 0;
    uint64_t size = 0;
    uint64_t stored_size = 0;
    uint16_t flags = 0;
    uint16_t method = 0;
  };

  uint64_t find_end_record() const;
  Directory read_end_record() const;
  void read_zip64_end_record(uint64_t locator, Directory& directory) const;
  void read_directory(const Directory& directory);
  void read_zip64_sizes(SequentialReader& extra, Header& header) const;

  const InputFile& file_;
  std::unordered_map<std::string, Header> headers_;
};

}  // namespace ptqbench
