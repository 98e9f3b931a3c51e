#include "tasks/data/memory_dataset.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <utility>

#include "tasks/checkpoint/content_hash.h"

namespace ptqbench {

MemoryDataset::MemoryDataset(RawImages images, int64_t classes, int padding, std::string split,
                             const Normalization& normalization)
    : images_(std::move(images)),
      classes_(classes),
      padding_(padding),
      split_(std::move(split)),
      normalization_(normalization) {}

int64_t MemoryDataset::size() const { return static_cast<int64_t>(images_.labels.size()); }

int64_t MemoryDataset::label(int64_t index) const {
  return images_.labels.at(static_cast<size_t>(index));
}

std::string MemoryDataset::sample_name(int64_t index) const {
  return split_ + "/" + std::to_string(index);
}

at::Tensor MemoryDataset::sample(int64_t index) const {
  label(index);  // Throws when out of range.
  Image image;
  image.width = images_.width + 2 * padding_;
  image.height = images_.height + 2 * padding_;
  image.rgb.resize(static_cast<size_t>(image.width) * image.height * 3);
  const size_t plane = static_cast<size_t>(images_.height) * images_.width;
  const uint8_t* source =
      images_.pixels.data() + static_cast<size_t>(index) * images_.channels * plane;
  for (size_t channel = 0; channel < 3; ++channel) {
    const uint8_t* value = source + (images_.channels == 3 ? channel * plane : 0);
    for (int y = 0; y < images_.height; ++y) {
      for (int x = 0; x < images_.width; ++x) {
        const size_t pixel = static_cast<size_t>(y + padding_) * image.width + x + padding_;
        image.rgb[pixel * 3 + channel] = *value++;
      }
    }
  }
  return normalization_(image);
}

std::string MemoryDataset::content_key() const {
  Sha256 hash;
  hash.add(fmt::format("{} {}x{}x{}\n", size(), images_.channels, images_.height, images_.width));
  hash.add(images_.labels.data(), images_.labels.size());
  hash.add(images_.pixels.data(), images_.pixels.size());
  return hash.finish();
}

}  // namespace ptqbench
