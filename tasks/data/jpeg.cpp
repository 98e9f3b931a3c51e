#include <fmt/format.h>

#include <csetjmp>
#include <cstdio>
// jpeglib.h needs the types of cstdio.
#include <jpeglib.h>

#include <jerror.h>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

/// Files with absurdly many progressive scans, which take minutes, are refused.
constexpr int kMostScans = 500;

/// libjpeg reports errors by a function that must not return, so the functions that call setjmp
/// hold no object with a destructor; they return false on an error, with the reason in message().
/// All settings are the defaults, which are the accurate ones that Pillow uses.
class JpegReader {
 public:
  explicit JpegReader(const std::vector<uint8_t>& bytes) {
    decoder_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    decoder_.client_data = this;
    created_ = create(bytes);
  }
  ~JpegReader() { jpeg_destroy_decompress(&decoder_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool read_header() {
    if (!created_ || setjmp(on_error_) != 0) return false;
    jpeg_read_header(&decoder_, TRUE);
    return true;
  }

  int64_t width() const { return decoder_.image_width; }
  int64_t height() const { return decoder_.image_height; }
  bool has_ink() const {
    return decoder_.jpeg_color_space == JCS_CMYK || decoder_.jpeg_color_space == JCS_YCCK;
  }

  /// Fills rows of `row_bytes` with RGB, or with CMYK where the file has ink, and reads to the end.
  bool read_pixels(uint8_t* pixels, size_t row_bytes) {
    if (setjmp(on_error_) != 0) return false;
    decoder_.out_color_space = has_ink() ? JCS_CMYK : JCS_RGB;
    progress_.progress_monitor = on_progress;
    decoder_.progress = &progress_;
    jpeg_start_decompress(&decoder_);
    while (decoder_.output_scanline < decoder_.output_height) {
      JSAMPROW row = pixels + decoder_.output_scanline * row_bytes;
      jpeg_read_scanlines(&decoder_, &row, 1);
    }
    jpeg_finish_decompress(&decoder_);
    return true;
  }

  /// Why a function returned false.
  const char* message() const { return message_; }
  /// The first thing that was wrong with the file although it could be decoded; empty: nothing.
  const char* warning() const { return warning_; }

 private:
  bool create(const std::vector<uint8_t>& bytes) {
    if (setjmp(on_error_) != 0) return false;
    jpeg_create_decompress(&decoder_);
    jpeg_mem_src(&decoder_, bytes.data(), bytes.size());
    return true;
  }

  static JpegReader& of(j_common_ptr decoder) {
    return *static_cast<JpegReader*>(decoder->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr decoder) {
    decoder->err->format_message(decoder, of(decoder).message_);
    std::longjmp(of(decoder).on_error_, 1);
  }

  /// Warnings have a negative level. One is none: where the data end, the library makes up an end
  /// mark and grey pixels.
  static void on_message(j_common_ptr decoder, int level) {
    if (level >= 0) return;
    if (decoder->err->msg_code == JWRN_JPEG_EOF) on_error(decoder);
    JpegReader& self = of(decoder);
    if (self.warning_[0] == '\0') decoder->err->format_message(decoder, self.warning_);
  }

  static void on_progress(j_common_ptr decoder) {
    const auto* self = reinterpret_cast<j_decompress_ptr>(decoder);
    if (self->input_scan_number <= kMostScans) return;
    std::snprintf(of(decoder).message_, JMSG_LENGTH_MAX, "more than %d scans", kMostScans);
    std::longjmp(of(decoder).on_error_, 1);
  }

  jpeg_decompress_struct decoder_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf on_error_{};
  bool created_ = false;
  char message_[JMSG_LENGTH_MAX] = "";
  char warning_[JMSG_LENGTH_MAX] = "";
};

/// a * b / 255, rounded to nearest, for values up to 255.
int multiply_255(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/// `cmyk` holds inverted ink (255: none), as Adobe programs store it.
void inverted_cmyk_to_rgb(const std::vector<uint8_t>& cmyk, std::vector<uint8_t>& rgb) {
  for (size_t pixel = 0; pixel * 4 < cmyk.size(); ++pixel) {
    const int white = cmyk[pixel * 4 + 3];
    for (size_t channel = 0; channel < 3; ++channel) {
      const int ink = 255 - cmyk[pixel * 4 + channel];
      rgb[pixel * 3 + channel] = static_cast<uint8_t>(white - multiply_255(ink, white));
    }
  }
}

}  // namespace

bool is_jpeg(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

Image decode_jpeg(const std::vector<uint8_t>& bytes, const std::string& name,
                  std::string& warning) {
  JpegReader reader(bytes);
  const auto throw_corrupt = [&] {
    throw DataError(fmt::format("JPEG image '{}' is corrupt: {}", name, reader.message()));
  };
  if (!reader.read_header()) throw_corrupt();
  Image image = make_image(reader.width(), reader.height(), name);
  if (reader.has_ink()) {
    std::vector<uint8_t> cmyk(image.rgb.size() / 3 * 4);
    if (!reader.read_pixels(cmyk.data(), static_cast<size_t>(image.width) * 4)) throw_corrupt();
    inverted_cmyk_to_rgb(cmyk, image.rgb);
  } else if (!reader.read_pixels(image.rgb.data(), static_cast<size_t>(image.width) * 3)) {
    throw_corrupt();
  }
  if (reader.warning()[0] != '\0') warning = reader.warning();
  return image;
}

}  // namespace ptqbench
