#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

/// libpng's full interface: its simplified one applies gamma, which Pillow does not.
/// libpng reports errors by longjmp, so the functions that call setjmp hold no object with a
/// destructor; they return false on an error, with the reason in message().
class PngReader {
 public:
  explicit PngReader(const std::vector<uint8_t>& bytes) : bytes_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, this, on_read);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_info(png_, info_);
    return true;
  }

  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t height() const { return png_get_image_height(png_, info_); }

  /// Fills the rows with 8-bit RGB and reads the file to its end, so that checksums are verified.
  bool read_pixels(uint8_t** rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    expand_to_8_bits();
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_gray_to_rgb(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != size_t{3} * png_get_image_width(png_, info_)) {
      png_error(png_, "unexpected row size");
    }
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  const char* message() const { return message_; }

 private:
  void expand_to_8_bits() {
    const int color = png_get_color_type(png_, info_);
    if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->message_, sizeof(self->message_), "%s", message);
    png_longjmp(png, 1);
  }

  /// Warnings are about things without effect on the pixels, such as colour profiles.
  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep target, size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->bytes_.size() - self->offset_) png_error(png, "premature end of the file");
    std::memcpy(target, self->bytes_.data() + self->offset_, count);
    self->offset_ += count;
  }

  const std::vector<uint8_t>& bytes_;
  size_t offset_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[256] = "";
};

}  // namespace

bool is_png(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 8 && png_sig_cmp(bytes.data(), 0, 8) == 0;
}

Image decode_png(const std::vector<uint8_t>& bytes, const std::string& name) {
  PngReader reader(bytes);
  const auto throw_corrupt = [&] {
    throw DataError(fmt::format("PNG image '{}' is corrupt: {}", name, reader.message()));
  };
  if (!reader.read_header()) throw_corrupt();
  Image image = make_image(reader.width(), reader.height(), name);
  std::vector<uint8_t*> rows(static_cast<size_t>(image.height));
  for (size_t y = 0; y < rows.size(); ++y) {
    rows[y] = image.rgb.data() + y * static_cast<size_t>(image.width) * 3;
  }
  if (!reader.read_pixels(rows.data())) throw_corrupt();
  return image;
}

}  // namespace ptqbench
