#include "tasks/checkpoint/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "support/data_error.h"

namespace ptqbench {

namespace {
constexpr uint64_t kBufferBytes = 1 << 16;
constexpr uint64_t kLargestRead = uint64_t{1} << 30;
constexpr size_t kShownCharacters = 120;
}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail_to_read(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size);
    return;
  }
  ::close(descriptor_);
  fail_to_read(S_ISDIR(status.st_mode) ? "is a folder, expected a file" : "is not a regular file");
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(uint64_t offset, void* to, uint64_t count) const {
  if (offset > size_ || count > size_ - offset) {
    fail(fmt::format("ends early: {} bytes expected at byte {}, the file has {} bytes", count,
                     offset, size_));
  }
  auto* destination = static_cast<char*>(to);
  while (count > 0) {
    const auto got = ::pread(descriptor_, destination, std::min(count, kLargestRead),
                             static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_to_read(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (got == 0) fail_to_read("became shorter while it was read");
    destination += got;
    offset += static_cast<uint64_t>(got);
    count -= static_cast<uint64_t>(got);
  }
}

void InputFile::fail_to_read(const std::string& problem) const {
  throw IoError(fmt::format("'{}': {}", path_.string(), problem));
}

void InputFile::fail(const std::string& problem) const {
  throw DataError(fmt::format("'{}': {}", path_.string(), problem));
}

SequentialReader::SequentialReader(const InputFile& file, uint64_t begin, uint64_t end)
    : file_(file), position_(begin), end_(end) {
  if (begin > end || end > file.size()) file.fail("ends early");
}

uint8_t SequentialReader::byte() {
  require(1);
  if (position_ < buffer_begin_ || position_ - buffer_begin_ >= buffer_.size()) {
    buffer_.resize(std::min(kBufferBytes, remaining()));
    buffer_begin_ = position_;
    file_.read(position_, buffer_.data(), buffer_.size());
  }
  return static_cast<uint8_t>(buffer_[position_++ - buffer_begin_]);
}

uint64_t SequentialReader::unsigned_integer(int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) value |= uint64_t{byte()} << (8 * i);
  return value;
}

std::string SequentialReader::text(uint64_t count) {
  require(count);
  std::string bytes(count, '\0');
  if (count <= kBufferBytes / 16) {
    for (char& character : bytes) character = static_cast<char>(byte());
  } else {
    file_.read(position_, bytes.data(), count);
    position_ += count;
  }
  return bytes;
}

std::string SequentialReader::line(uint64_t limit) {
  std::string characters;
  for (char next = static_cast<char>(byte()); next != '\n'; next = static_cast<char>(byte())) {
    if (characters.size() == limit) fail("line too long");
    characters.push_back(next);
  }
  return characters;
}

void SequentialReader::skip(uint64_t count) {
  require(count);
  position_ += count;
}

void SequentialReader::fail(const std::string& problem) const {
  file_.fail(fmt::format("{} (at byte {})", problem, position_));
}

void SequentialReader::require(uint64_t count) const {
  if (count > remaining()) fail(fmt::format("ends early: {} more bytes expected", count));
}

std::string in_quotes(std::string_view text) {
  std::string shown = "'";
  for (const char character : text.substr(0, kShownCharacters)) {
    const bool control = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
    shown.push_back(control ? '?' : character);
  }
  return shown + (text.size() > kShownCharacters ? "...'" : "'");
}

}  // namespace ptqbench
