#include "support/error.h"
#include "tasks/data/image_codecs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ptqbench;
  const std::vector<uint8_t> bytes(data, data + size);
  if (!is_jpeg(bytes)) return 0;
  try {
    decode_jpeg(bytes, "input");
  } catch (const Error&) {
  }
  return 0;
}
