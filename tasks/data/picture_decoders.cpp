#include <fmt/format.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>

#include <cstdio>
// jpeglib.h needs the types of cstdio.
#include <jpeglib.h>

#include "tasks/data/image.h"

#define PTQBENCH_TEXT_OF(x) #x
#define PTQBENCH_TEXT(x) PTQBENCH_TEXT_OF(x)

namespace ptqbench {

std::string picture_decoders() {
  return fmt::format("libjpeg-turbo {}, libpng {}, libwebp {}, {}",
                     PTQBENCH_TEXT(LIBJPEG_TURBO_VERSION), png_get_libpng_ver(nullptr),
                     WebPGetDecoderVersion(), TIFFGetVersion());
}

}  // namespace ptqbench
