#include <fmt/format.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>

#include "support/data_error.h"
#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

struct DeleteDecoder {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

}  // namespace

bool is_webp(const std::vector<uint8_t>& bytes) {
  return bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
         std::memcmp(bytes.data() + 8, "WEBP", 4) == 0;
}

Image decode_webp(const std::vector<uint8_t>& bytes, const std::string& name) {
  const auto corrupt = [&](const char* what) {
    return DataError(fmt::format("WebP image '{}' is corrupt: {}", name, what));
  };
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
    throw corrupt("no header of an image");
  Image image = make_image(features.width, features.height, name);
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const WebPData data{bytes.data(), bytes.size()};
  // Still pictures are animations of one frame for it.
  const std::unique_ptr<WebPAnimDecoder, DeleteDecoder> decoder(
      WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info;
  if (!decoder || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0) throw corrupt("cut short");
  // The canvas of a container need not be as large as the frame in it.
  if (info.canvas_width != static_cast<uint32_t>(image.width) ||
      info.canvas_height != static_cast<uint32_t>(image.height)) {
    throw corrupt("it says two sizes");
  }
  uint8_t* rgba = nullptr;
  int timestamp = 0;
  if (WebPAnimDecoderGetNext(decoder.get(), &rgba, &timestamp) == 0) throw corrupt("no pixels");
  for (size_t pixel = 0; pixel * 3 < image.rgb.size(); ++pixel)
    std::memcpy(image.rgb.data() + pixel * 3, rgba + pixel * 4, 3);
  return image;
}

}  // namespace ptqbench
