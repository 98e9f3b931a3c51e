#include "tasks/data/transform.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "support/error.h"

namespace ptqbench {
namespace {

double channel_value(const std::vector<double>& values, size_t channel, const char* name) {
  if (values.size() != 1 && values.size() != 3) {
    throw ConfigError(fmt::format(
        "{} of a data set needs 1 value or 3 (red, green, blue), but has {}", name, values.size()));
  }
  return values.size() == 1 ? values[0] : values[channel];
}

}  // namespace

Normalization::Normalization(const std::vector<double>& mean, const std::vector<double>& std) {
  for (size_t channel = 0; channel < table_.size(); ++channel) {
    const auto channel_mean = static_cast<float>(channel_value(mean, channel, "mean"));
    const auto channel_std = static_cast<float>(channel_value(std, channel, "std"));
    if (!(channel_std > 0)) {
      throw ConfigError(fmt::format("std of a data set must be positive, but is {}", channel_std));
    }
    for (size_t value = 0; value < 256; ++value) {
      table_[channel][value] = (static_cast<float>(value) / 255.0F - channel_mean) / channel_std;
    }
  }
}

at::Tensor Normalization::operator()(const Image& image) const {
  at::Tensor result = at::empty({3, image.height, image.width}, at::kFloat);
  float* target = result.data_ptr<float>();
  const size_t pixels = static_cast<size_t>(image.height) * static_cast<size_t>(image.width);
  for (size_t channel = 0; channel < 3; ++channel) {
    const auto& table = table_[channel];
    const uint8_t* source = image.rgb.data() + channel;
    for (size_t pixel = 0; pixel < pixels; ++pixel) *target++ = table[source[pixel * 3]];
  }
  return result;
}

}  // namespace ptqbench
