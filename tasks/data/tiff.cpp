#include <fmt/format.h>
#include <tiffio.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

/// A file in memory for libtiff, and the first thing that was wrong with it.
struct TiffSource {
  const std::vector<uint8_t>& bytes;
  uint64_t at = 0;
  char message[256] = "";
};

TiffSource& source(thandle_t handle) { return *static_cast<TiffSource*>(handle); }

tmsize_t read_bytes(thandle_t handle, void* target, tmsize_t count) {
  TiffSource& file = source(handle);
  if (file.at >= file.bytes.size() || count <= 0) return 0;
  const auto rest = static_cast<tmsize_t>(file.bytes.size() - file.at);
  const tmsize_t taken = count < rest ? count : rest;
  std::memcpy(target, file.bytes.data() + file.at, static_cast<size_t>(taken));
  file.at += static_cast<uint64_t>(taken);
  return taken;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  TiffSource& file = source(handle);
  const uint64_t base =
      whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.bytes.size();
  return file.at = base + offset;
}

int keep_message(TIFF*, void* user_data, const char*, const char* format, va_list arguments) {
  auto* file = static_cast<TiffSource*>(user_data);
  if (file->message[0] == '\0')
    std::vsnprintf(file->message, sizeof(file->message), format, arguments);
  return 1;
}

/// Warnings are about unknown tags.
int ignore_message(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

Tiff open_tiff(TiffSource& file) {
  constexpr tmsize_t kLargestPart = tmsize_t{1} << 30;
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kLargestPart);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &file);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, nullptr);
  return Tiff(TIFFClientOpenExt(
      "tiff", "rm", &file, read_bytes, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; },
      seek, [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return source(handle).bytes.size(); },
      [](thandle_t, void**, toff_t*) { return 0; }, [](thandle_t, void*, toff_t) {},
      options.get()));
}

uint16_t tag(const Tiff& tiff, uint32_t name) {
  uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff.get(), name, &value);
  return value;
}

/// What libtiff would turn into RGB by another rule than Pillow.
void refuse_other_kinds(const Tiff& tiff, const std::string& name) {
  const uint16_t color = tag(tiff, TIFFTAG_PHOTOMETRIC);
  const uint16_t bits = tag(tiff, TIFFTAG_BITSPERSAMPLE);
  const bool known = color == PHOTOMETRIC_MINISWHITE || color == PHOTOMETRIC_MINISBLACK ||
                     color == PHOTOMETRIC_RGB || color == PHOTOMETRIC_PALETTE ||
                     color == PHOTOMETRIC_YCBCR;
  if (!known || bits > 8) {
    throw DataError(
        fmt::format("TIFF image '{}' has {} bits a sample and the colour model {}; expected grey, "
                    "palette, RGB or YCbCr with at most 8 bits",
                    name, bits, color));
  }
}

/// libtiff multiplies colours by an alpha that is not multiplied in yet; calling it multiplied in
/// leaves them as they are. Colours that were multiplied stay so.
void keep_colors_apart_from_alpha(const Tiff& tiff) {
  uint16_t count = 0;
  uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds);
  if (count == 0) return;
  std::vector<uint16_t> changed(kinds, kinds + count);
  if (changed[0] == EXTRASAMPLE_UNASSALPHA) changed[0] = EXTRASAMPLE_ASSOCALPHA;
  TIFFSetField(tiff.get(), TIFFTAG_EXTRASAMPLES, static_cast<int>(count), changed.data());
}

/// Whether the orientation tag turns rows into columns.
bool swaps_sides(uint16_t orientation) {
  return orientation >= ORIENTATION_LEFTTOP && orientation <= ORIENTATION_LEFTBOT;
}

/// The picture that `stored` (rows from the top as they lie in the file) shows by its orientation.
Image oriented(const Image& stored, uint16_t orientation, const std::string& name) {
  if (orientation < ORIENTATION_TOPRIGHT || orientation > ORIENTATION_LEFTBOT) return stored;
  const bool swapped = swaps_sides(orientation);
  const bool from_right = orientation == ORIENTATION_TOPRIGHT ||
                          orientation == ORIENTATION_BOTRIGHT ||
                          orientation == ORIENTATION_RIGHTBOT || orientation == ORIENTATION_LEFTBOT;
  const bool from_bottom =
      orientation == ORIENTATION_BOTRIGHT || orientation == ORIENTATION_BOTLEFT ||
      orientation == ORIENTATION_RIGHTTOP || orientation == ORIENTATION_RIGHTBOT;
  Image shown = swapped ? make_image(stored.height, stored.width, name)
                        : make_image(stored.width, stored.height, name);
  for (int y = 0; y < shown.height; ++y) {
    for (int x = 0; x < shown.width; ++x) {
      const int column = swapped ? y : x;
      const int row = swapped ? x : y;
      const int source_x = from_right ? stored.width - 1 - column : column;
      const int source_y = from_bottom ? stored.height - 1 - row : row;
      const size_t from = (static_cast<size_t>(source_y) * stored.width + source_x) * 3;
      const size_t to = (static_cast<size_t>(y) * shown.width + x) * 3;
      std::memcpy(shown.rgb.data() + to, stored.rgb.data() + from, 3);
    }
  }
  return shown;
}

}  // namespace

bool is_tiff(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 4 && (std::memcmp(bytes.data(), "II*\0", 4) == 0 ||
                               std::memcmp(bytes.data(), "MM\0*", 4) == 0);
}

Image decode_tiff(const std::vector<uint8_t>& bytes, const std::string& name) {
  TiffSource file{bytes};
  const Tiff tiff = open_tiff(file);
  const auto corrupt = [&] {
    return DataError(fmt::format("TIFF image '{}' is corrupt: {}", name, file.message));
  };
  if (!tiff) throw corrupt();
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  Image image = make_image(width, height, name);
  refuse_other_kinds(tiff, name);
  keep_colors_apart_from_alpha(tiff);
  const uint16_t orientation = tag(tiff, TIFFTAG_ORIENTATION);
  // Turned below: the library only mirrors.
  TIFFSetField(tiff.get(), TIFFTAG_ORIENTATION, static_cast<int>(ORIENTATION_TOPLEFT));
  std::vector<uint32_t> raster(static_cast<size_t>(width) * height);
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, raster.data(), ORIENTATION_TOPLEFT,
                                /*stopOnError=*/1) == 0) {
    throw corrupt();
  }
  for (size_t pixel = 0; pixel < raster.size(); ++pixel) {
    image.rgb[pixel * 3] = static_cast<uint8_t>(TIFFGetR(raster[pixel]));
    image.rgb[pixel * 3 + 1] = static_cast<uint8_t>(TIFFGetG(raster[pixel]));
    image.rgb[pixel * 3 + 2] = static_cast<uint8_t>(TIFFGetB(raster[pixel]));
  }
  return oriented(image, orientation, name);
}

}  // namespace ptqbench
