#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

/// Read here and not by a library: those at hand take the values as they are and ignore the largest
/// one that the header names.
namespace ptqbench {
namespace {

constexpr int kLargestValue = 65535;

/// Walks over a file's header, and its values where they are text (netpbm's pnm(5)).
class PnmReader {
 public:
  PnmReader(const std::vector<uint8_t>& bytes, const std::string& name)
      : bytes_(bytes), name_(name) {}

  [[noreturn]] void fail(const char* what) const {
    throw DataError(fmt::format("PNM image '{}' is corrupt: {}", name_, what));
  }

  /// The next number, behind white space and comments.
  int number() {
    skip_space();
    if (at_ == bytes_.size() || std::isdigit(bytes_[at_]) == 0) fail("a number is missing");
    int value = 0;
    while (at_ < bytes_.size() && std::isdigit(bytes_[at_]) != 0) {
      value = value * 10 + (bytes_[at_++] - '0');
      if (value > (1 << 24)) fail("a number is too large");
    }
    return value;
  }

  /// A 0 or 1 of a bitmap in text, which need no space between them.
  int text_bit() {
    skip_space();
    if (at_ == bytes_.size() || (bytes_[at_] != '0' && bytes_[at_] != '1'))
      fail("a bit is missing");
    return bytes_[at_++] - '0';
  }

  int byte() {
    if (at_ == bytes_.size()) fail("cut short");
    return bytes_[at_++];
  }

 private:
  void skip_space() {
    while (at_ < bytes_.size() && (bytes_[at_] == '#' || std::isspace(bytes_[at_]) != 0)) {
      if (bytes_[at_] == '#') {
        while (at_ < bytes_.size() && bytes_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    }
  }

  const std::vector<uint8_t>& bytes_;
  const std::string& name_;
  /// Behind the magic number.
  size_t at_ = 2;
};

/// In the arithmetic of Pillow: what is above the largest value is as white as that.
uint8_t to_pixel(int value, int largest) {
  return static_cast<uint8_t>(
      std::min(255.0, std::nearbyint(static_cast<double>(value) / largest * 255)));
}

void read_bits(PnmReader& reader, bool text, Image& image) {
  size_t target = 0;
  for (int y = 0; y < image.height; ++y) {
    int packed = 0;
    for (int x = 0; x < image.width; ++x) {
      if (!text && x % 8 == 0) packed = reader.byte();
      const int ink = text ? reader.text_bit() : packed >> (7 - x % 8) & 1;
      for (int channel = 0; channel < 3; ++channel)
        image.rgb[target++] = static_cast<uint8_t>(ink == 1 ? 0 : 255);
    }
  }
}

void read_values(PnmReader& reader, bool text, bool grey, int largest, Image& image) {
  const auto next = [&] {
    int value = text ? reader.number() : reader.byte();
    if (!text && largest > 255) value = value << 8 | reader.byte();
    return to_pixel(value, largest);
  };
  for (size_t pixel = 0; pixel * 3 < image.rgb.size(); ++pixel) {
    uint8_t* rgb = image.rgb.data() + pixel * 3;
    rgb[0] = next();
    rgb[1] = grey ? rgb[0] : next();
    rgb[2] = grey ? rgb[0] : next();
  }
}

}  // namespace

bool is_pnm(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (std::isspace(bytes[2]) != 0 || bytes[2] == '#');
}

Image decode_pnm(const std::vector<uint8_t>& bytes, const std::string& name) {
  const int kind = bytes[1] - '0';
  const bool text = kind <= 3;
  const bool bitmap = kind == 1 || kind == 4;
  PnmReader reader(bytes, name);
  const int width = reader.number();
  const int height = reader.number();
  const int largest = bitmap ? 1 : reader.number();
  if (largest < 1 || largest > kLargestValue) reader.fail("the largest value is not in 1..65535");
  Image image = make_image(width, height, name);
  // One white space stands before binary values.
  if (!text && std::isspace(reader.byte()) == 0) reader.fail("the header does not end");
  if (bitmap) {
    read_bits(reader, text, image);
  } else {
    read_values(reader, text, kind == 2 || kind == 5, largest, image);
  }
  return image;
}

}  // namespace ptqbench
