#pragma once

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/helpers/files.h"

namespace ptqbench::testing {

/// A picture of 28 x 28 pixels with its label: a filled rectangle in its middle, the rest black.
struct ItemPicture {
  uint8_t label = 0;
  int width = 28;
  int height = 28;
  uint8_t grey = 255;
};

inline void write_idx(const std::string& path, std::vector<uint8_t> sizes,
                      const std::vector<uint8_t>& values) {
  std::vector<uint8_t> bytes = {0, 0, 8, static_cast<uint8_t>(sizes.size())};
  for (const uint8_t size : sizes) bytes.insert(bytes.end(), {0, 0, 0, size});
  bytes.insert(bytes.end(), values.begin(), values.end());
  gzFile file = gzopen(path.c_str(), "wb1");
  if (gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) <= 0 ||
      gzclose(file) != Z_OK)
    throw std::runtime_error("cannot write " + path);
}

/// Both splits of Fashion-MNIST, with these pictures in each.
inline void write_items(const TemporaryFolder& folder, const std::vector<ItemPicture>& items) {
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;
  for (const auto& item : items) {
    const int left = (28 - item.width) / 2;
    const int top = (28 - item.height) / 2;
    for (int y = 0; y < 28; ++y) {
      for (int x = 0; x < 28; ++x) {
        const bool inside = x >= left && x < left + item.width && y >= top && y < top + item.height;
        pixels.push_back(inside ? item.grey : uint8_t{0});
      }
    }
    labels.push_back(item.label);
  }
  const auto count = static_cast<uint8_t>(items.size());
  for (const std::string prefix : {"train", "t10k"}) {
    write_idx(folder.at(prefix + "-images-idx3-ubyte.gz"), {count, 28, 28}, pixels);
    write_idx(folder.at(prefix + "-labels-idx1-ubyte.gz"), {count}, labels);
  }
}

}  // namespace ptqbench::testing
