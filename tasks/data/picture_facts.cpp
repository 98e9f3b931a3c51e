#include "tasks/data/picture_facts.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tasks/data/exif.h"
#include "tasks/data/image.h"

namespace ptqbench {
namespace {

constexpr const char* kJpegStart = "\xff\xd8\xff";
constexpr const char* kPngStart = "\x89PNG\r\n\x1a\n";

std::string read_at(std::ifstream& file, std::streamoff at, size_t bytes) {
  std::string text(bytes, '\0');
  file.clear();
  file.seekg(at);
  file.read(text.data(), static_cast<std::streamsize>(bytes));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  return text;
}

int64_t big_endian(const std::string& text, size_t at, size_t bytes) {
  int64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(text.at(at + i));
  return value;
}

/// Markers with the size of the picture: all of frames, but not those of tables among them.
bool is_frame(uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

int orientation_of(const std::string& segment) {
  const std::string name("Exif\0\0", 6);
  if (segment.compare(0, name.size(), name) != 0) return 1;
  return exif_orientation(
      {segment.begin() + static_cast<std::ptrdiff_t>(name.size()), segment.end()});
}

/// Facts, and where the header that says them ends: thumbnails lie in front of it.
struct Header {
  PictureFacts facts;
  std::streamoff end = 0;
};

std::optional<Header> header_of(const PictureFacts& facts, std::streamoff end) {
  if (facts.width < 1 || facts.height < 1) return std::nullopt;
  return Header{facts, end};
}

/// Walks the segments in front of the first scan; nothing where they are not as they should be.
std::optional<Header> jpeg_header(std::ifstream& file) {
  constexpr uint8_t kExif = 0xe1;
  PictureFacts facts;
  for (std::streamoff at = 2;;) {
    const auto head = read_at(file, at, 4);
    if (head.size() < 4 || static_cast<uint8_t>(head[0]) != 0xff) return std::nullopt;
    const auto marker = static_cast<uint8_t>(head[1]);
    if (marker == 0xff) {
      ++at;  // Padding.
      continue;
    }
    const int64_t length = big_endian(head, 2, 2);
    const bool is_exif = marker == kExif && facts.orientation == 1;
    if (is_frame(marker) || is_exif) {
      const auto segment =
          read_at(file, at + 4, static_cast<size_t>(std::max<int64_t>(0, length - 2)));
      if (is_exif) facts.orientation = orientation_of(segment);
      if (is_frame(marker)) {
        if (segment.size() < 5) return std::nullopt;
        facts.height = big_endian(segment, 1, 2);
        facts.width = big_endian(segment, 3, 2);
        return header_of(facts, at + 2 + length);
      }
    }
    at += 2 + length;
  }
}

std::optional<Header> png_header(std::ifstream& file) {
  const auto head = read_at(file, 8, 16);
  if (head.size() < 16 || head.compare(4, 4, "IHDR") != 0) return std::nullopt;
  PictureFacts facts;
  facts.width = big_endian(head, 8, 4);
  facts.height = big_endian(head, 12, 4);
  return header_of(facts, 24);
}

bool begins_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

PictureFacts decoded_facts(const std::filesystem::path& path) {
  const Image image = decode_image(path);
  return {image.width, image.height, 1};
}

/// What the header says; nothing where only decoding can tell.
std::optional<Header> read_header(std::ifstream& file, const std::string& start) {
  if (begins_with(start, kJpegStart)) return jpeg_header(file);
  if (begins_with(start, kPngStart)) return png_header(file);
  return std::nullopt;
}

/// Whether the end mark is near the end. Programs put bytes of their own behind it.
bool has_end(std::ifstream& file, const std::string& start, const Header& header,
             std::streamoff bytes) {
  constexpr std::streamoff kLooked = std::streamoff{1} << 16;
  const std::streamoff from = std::max(header.end, bytes - kLooked);
  if (from >= bytes) return false;
  const auto end = read_at(file, from, static_cast<size_t>(bytes - from));
  if (begins_with(start, kJpegStart)) return end.find("\xff\xd9") != std::string::npos;
  return end.find("IEND\xae\x42\x60\x82") != std::string::npos;
}

}  // namespace

PictureFacts picture_facts(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto header = read_header(file, read_at(file, 0, 8));
  return header ? header->facts : decoded_facts(path);
}

PictureFacts check_picture(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto start = read_at(file, 0, 8);
  const auto header = read_header(file, start);
  if (!header) return decoded_facts(path);
  std::error_code error;
  const auto bytes = static_cast<std::streamoff>(std::filesystem::file_size(path, error));
  if (error || !has_end(file, start, *header, bytes)) decode_image(path);
  return header->facts;
}

}  // namespace ptqbench
