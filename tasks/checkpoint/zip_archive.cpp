#include "tasks/checkpoint/zip_archive.h"

#include <fmt/format.h>

#include <algorithm>

namespace ptqbench {

namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kDirectorySignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kZip64EndSignature = 0x06064b50;
constexpr uint32_t kZip64LocatorSignature = 0x07064b50;

constexpr uint64_t kLocalBytes = 30;
constexpr uint64_t kEndBytes = 22;
constexpr uint64_t kZip64LocatorBytes = 20;
constexpr uint64_t kZip64EndBytes = 56;
constexpr uint64_t kLongestComment = 0xffff;

// A 32-bit field holding this has its value in the ZIP64 extension.
constexpr uint64_t kElsewhere = 0xffffffff;
constexpr uint16_t kZip64Extra = 1;
constexpr uint16_t kEncryptedFlag = 1;
constexpr uint16_t kStoredMethod = 0;

constexpr const char* kDamaged = "is cut short or not a whole ZIP archive";

}  // namespace

bool ZipArchive::looks_like_zip(const InputFile& file) {
  return file.size() >= 4 &&
         SequentialReader(file, 0, file.size()).unsigned_integer(4) == kLocalSignature;
}

ZipArchive::ZipArchive(const InputFile& file) : file_(file) { read_directory(read_end_record()); }

// The record is the last thing in the file but for a comment, so it is searched for from the end.
uint64_t ZipArchive::find_end_record() const {
  if (file_.size() < kEndBytes) file_.fail(kDamaged);
  const uint64_t length = std::min(file_.size(), kEndBytes + kLongestComment);
  std::string tail(length, '\0');
  file_.read(file_.size() - length, tail.data(), length);
  const auto found = tail.rfind("PK\x05\x06", length - kEndBytes);
  if (found == std::string::npos) file_.fail(kDamaged);
  return file_.size() - length + found;
}

ZipArchive::Directory ZipArchive::read_end_record() const {
  const uint64_t begin = find_end_record();
  SequentialReader record(file_, begin, begin + kEndBytes);
  record.skip(10);  // signature, disk numbers, entries on this disk
  Directory directory;
  directory.entries = record.unsigned_integer(2);
  directory.size = record.unsigned_integer(4);
  directory.begin = record.unsigned_integer(4);
  if (begin >= kZip64LocatorBytes) {
    read_zip64_end_record(begin - kZip64LocatorBytes, directory);
  }
  if (directory.begin > begin || directory.size > begin - directory.begin) file_.fail(kDamaged);
  return directory;
}

void ZipArchive::read_zip64_end_record(uint64_t locator, Directory& directory) const {
  SequentialReader pointer(file_, locator, locator + kZip64LocatorBytes);
  if (pointer.unsigned_integer(4) != kZip64LocatorSignature) return;
  pointer.skip(4);  // disk number
  const uint64_t begin = pointer.unsigned_integer(8);
  if (begin > locator || locator - begin < kZip64EndBytes) file_.fail(kDamaged);
  SequentialReader record(file_, begin, begin + kZip64EndBytes);
  if (record.unsigned_integer(4) != kZip64EndSignature) file_.fail(kDamaged);
  record.skip(28);  // record size, versions, disk numbers, entries on this disk
  directory.entries = record.unsigned_integer(8);
  directory.size = record.unsigned_integer(8);
  directory.begin = record.unsigned_integer(8);
}

void ZipArchive::read_directory(const Directory& directory) {
  SequentialReader reader(file_, directory.begin, directory.begin + directory.size);
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (reader.unsigned_integer(4) != kDirectorySignature) file_.fail(kDamaged);
    Header header;
    reader.skip(4);  // versions
    header.flags = static_cast<uint16_t>(reader.unsigned_integer(2));
    header.method = static_cast<uint16_t>(reader.unsigned_integer(2));
    reader.skip(8);  // time, checksum
    header.stored_size = reader.unsigned_integer(4);
    header.size = reader.unsigned_integer(4);
    const uint64_t name_bytes = reader.unsigned_integer(2);
    const uint64_t extra_bytes = reader.unsigned_integer(2);
    const uint64_t comment_bytes = reader.unsigned_integer(2);
    reader.skip(8);  // disk number, attributes
    header.local_begin = reader.unsigned_integer(4);
    std::string name = reader.text(name_bytes);
    const uint64_t extra_begin = reader.position();
    reader.skip(extra_bytes);
    SequentialReader extra(file_, extra_begin, extra_begin + extra_bytes);
    read_zip64_sizes(extra, header);
    reader.skip(comment_bytes);
    headers_.emplace(std::move(name), header);
  }
}

// The extension holds, in this order, only those fields that do not fit the header.
void ZipArchive::read_zip64_sizes(SequentialReader& extra, Header& header) const {
  while (extra.remaining() >= 4) {
    const uint64_t tag = extra.unsigned_integer(2);
    const uint64_t bytes = extra.unsigned_integer(2);
    if (tag != kZip64Extra) {
      extra.skip(bytes);
      continue;
    }
    if (header.size == kElsewhere) header.size = extra.unsigned_integer(8);
    if (header.stored_size == kElsewhere) header.stored_size = extra.unsigned_integer(8);
    if (header.local_begin == kElsewhere) header.local_begin = extra.unsigned_integer(8);
    return;
  }
}

ZipEntry ZipArchive::find(const std::string& name) const {
  const auto found = headers_.find(name);
  if (found == headers_.end()) file_.fail("has no record " + in_quotes(name));
  const Header& header = found->second;
  if ((header.flags & kEncryptedFlag) != 0 || header.method != kStoredMethod ||
      header.size != header.stored_size) {
    file_.fail("record " + in_quotes(name) + " is compressed or encrypted, expected it stored");
  }
  if (header.local_begin > file_.size()) file_.fail(kDamaged);
  SequentialReader local(file_, header.local_begin, file_.size());
  if (local.unsigned_integer(4) != kLocalSignature) file_.fail(kDamaged);
  local.skip(22);  // repeats the directory
  const uint64_t name_bytes = local.unsigned_integer(2);
  const uint64_t extra_bytes = local.unsigned_integer(2);
  const ZipEntry entry{header.local_begin + kLocalBytes + name_bytes + extra_bytes, header.size};
  if (entry.begin > file_.size() || entry.size > file_.size() - entry.begin) file_.fail(kDamaged);
  return entry;
}

std::optional<std::string> ZipArchive::folder_of(std::string_view ending) const {
  const std::string* shortest = nullptr;
  for (const auto& [name, header] : headers_) {
    const bool ends = name.size() >= ending.size() &&
                      name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
    if (ends && (shortest == nullptr || name.size() < shortest->size())) shortest = &name;
  }
  if (shortest == nullptr) return std::nullopt;
  return shortest->substr(0, shortest->size() - ending.size());
}

}  // namespace ptqbench
