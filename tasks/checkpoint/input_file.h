#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace ptqbench {

/// A regular file open for reading at any position. It is read, not mapped: a file that another
/// process cuts short while it is in use gives an IoError instead of a bus error.
class InputFile {
 public:
  /// Throws IoError when the path is missing, unreadable or not a regular file.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Bytes in the file when it was opened.
  uint64_t size() const { return size_; }
  /// Copies `count` bytes at `offset` to `to`; throws IoError when they are not all there.
  void read(uint64_t offset, void* to, uint64_t count) const;
  /// Throws DataError "'path': problem", about what the file holds.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  /// The same as an IoError: that it cannot be read now.
  [[noreturn]] void fail_to_read(const std::string& problem) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  uint64_t size_ = 0;
};

/// Reads the bytes [begin, end) of a file one after another through a small buffer. Integers are
/// little-endian.
class SequentialReader {
 public:
  SequentialReader(const InputFile& file, uint64_t begin, uint64_t end);

  const InputFile& file() const { return file_; }
  /// Position in the file of the next byte.
  uint64_t position() const { return position_; }
  uint64_t remaining() const { return end_ - position_; }

  uint8_t byte();
  /// An unsigned integer of `width` (1 to 8) bytes.
  uint64_t unsigned_integer(int width);
  /// `count` bytes; nothing is allocated before it is known that the file has them.
  std::string text(uint64_t count);
  /// Up to the next '\n', which is consumed and left out; throws when the line is longer than
  /// `limit`.
  std::string line(uint64_t limit);
  void skip(uint64_t count);
  /// Throws DataError with the file's path and the position.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  void require(uint64_t count) const;

  const InputFile& file_;
  uint64_t position_;
  uint64_t end_;
  std::string buffer_;
  uint64_t buffer_begin_ = 0;
};

/// `text` between single quotes for a message: cut to a readable length, unprintable bytes shown as
/// '?'.
std::string in_quotes(std::string_view text);

}  // namespace ptqbench
