#include <fmt/format.h>
#include <turbojpeg.h>

#include <memory>
#include <new>

#include "support/error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

struct DestroyDecoder {
  void operator()(void* decoder) const { tjDestroy(decoder); }
};
using Decoder = std::unique_ptr<void, DestroyDecoder>;

struct Header {
  int width = 0;
  int height = 0;
  int colorspace = -1;
};

[[noreturn]] void throw_corrupt(const Decoder& decoder, const std::string& name) {
  throw IoError(fmt::format("JPEG image '{}' is corrupt: {}", name, tjGetErrorStr2(decoder.get())));
}

Header read_header(const Decoder& decoder, const std::vector<uint8_t>& bytes,
                   const std::string& name) {
  Header header;
  int subsampling = 0;
  const int status = tjDecompressHeader3(decoder.get(), bytes.data(), bytes.size(), &header.width,
                                         &header.height, &subsampling, &header.colorspace);
  // An unusual chroma subsampling is reported as an error too, although decoding works; then all
  // else is set.
  if (status != 0 && (header.width < 1 || header.height < 1 || header.colorspace < 0)) {
    throw_corrupt(decoder, name);
  }
  return header;
}

void decompress(const Decoder& decoder, const std::vector<uint8_t>& bytes, const Header& header,
                int format, uint8_t* pixels, const std::string& name) {
  // No flags for a faster DCT or upsampling: the defaults are the accurate ones that Pillow uses.
  // Files with absurdly many progressive scans, which take minutes, are refused.
  if (tjDecompress2(decoder.get(), bytes.data(), bytes.size(), pixels, header.width, 0,
                    header.height, format, TJFLAG_LIMITSCANS) != 0) {
    throw_corrupt(decoder, name);
  }
}

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

Image decode_jpeg(const std::vector<uint8_t>& bytes, const std::string& name) {
  const Decoder decoder(tjInitDecompress());
  if (!decoder) throw std::bad_alloc();
  const Header header = read_header(decoder, bytes, name);
  Image image = make_image(header.width, header.height, name);
  if (header.colorspace == TJCS_CMYK || header.colorspace == TJCS_YCCK) {
    std::vector<uint8_t> cmyk(image.rgb.size() / 3 * 4);
    decompress(decoder, bytes, header, TJPF_CMYK, cmyk.data(), name);
    inverted_cmyk_to_rgb(cmyk, image.rgb);
  } else {
    decompress(decoder, bytes, header, TJPF_RGB, image.rgb.data(), name);
  }
  return image;
}

}  // namespace ptqbench
