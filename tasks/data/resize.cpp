#include "tasks/data/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "tasks/data/image_codecs.h"

namespace ptqbench {
namespace {

/// 32 bits less 8 of the pixel and 2 of headroom for sums outside 0..255.
constexpr int kPrecisionBits = 22;

/// For each output position along one axis, the input positions that it mixes and their fixed-point
/// weights.
struct Taps {
  std::vector<int> first;
  std::vector<int> count;
  /// [output, stride]
  std::vector<int32_t> weights;
  int stride = 0;
};

Taps make_taps(int input_size, int output_size) {
  const double scale = static_cast<double>(input_size) / output_size;
  // The triangle has a half width of one output pixel when shrinking, of one input pixel when
  // enlarging.
  const double support = std::max(scale, 1.0);
  const double inverse_support = 1.0 / support;
  Taps taps;
  taps.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.first.resize(static_cast<size_t>(output_size));
  taps.count.resize(static_cast<size_t>(output_size));
  taps.weights.resize(static_cast<size_t>(output_size) * static_cast<size_t>(taps.stride));
  std::vector<double> exact(static_cast<size_t>(taps.stride));
  for (int out = 0; out < output_size; ++out) {
    const double center = (out + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int count = std::min(static_cast<int>(center + support + 0.5), input_size) - first;
    double sum = 0;
    for (int i = 0; i < count; ++i) {
      const double distance = std::abs((i + first - center + 0.5) * inverse_support);
      exact[i] = std::max(1.0 - distance, 0.0);
      sum += exact[i];
    }
    for (int i = 0; i < count; ++i) {
      // Both weights and sum are positive, so adding one half rounds to nearest.
      taps.weights[static_cast<size_t>(out) * taps.stride + i] =
          static_cast<int32_t>(0.5 + exact[i] / sum * (1 << kPrecisionBits));
    }
    taps.first[out] = first;
    taps.count[out] = count;
  }
  return taps;
}

uint8_t to_pixel(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);

Image resize_columns(const Image& image, int width) {
  const Taps taps = make_taps(image.width, width);
  Image result = make_image(width, image.height, "resized");
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    uint8_t* target = result.rgb.data() + static_cast<size_t>(y) * width * 3;
    for (int x = 0; x < width; ++x) {
      const int32_t* weight = taps.weights.data() + static_cast<size_t>(x) * taps.stride;
      const uint8_t* pixel = row + static_cast<size_t>(taps.first[x]) * 3;
      int32_t sums[3] = {kHalf, kHalf, kHalf};
      for (int i = 0; i < taps.count[x]; ++i, pixel += 3) {
        for (int channel = 0; channel < 3; ++channel) sums[channel] += pixel[channel] * weight[i];
      }
      for (int channel = 0; channel < 3; ++channel) *target++ = to_pixel(sums[channel]);
    }
  }
  return result;
}

Image resize_rows(const Image& image, int height) {
  const Taps taps = make_taps(image.height, height);
  Image result = make_image(image.width, height, "resized");
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  std::vector<int32_t> sums(row_bytes);
  for (int y = 0; y < height; ++y) {
    const int32_t* weight = taps.weights.data() + static_cast<size_t>(y) * taps.stride;
    std::fill(sums.begin(), sums.end(), kHalf);
    for (int i = 0; i < taps.count[y]; ++i) {
      const uint8_t* row = image.rgb.data() + (taps.first[y] + static_cast<size_t>(i)) * row_bytes;
      for (size_t x = 0; x < row_bytes; ++x) sums[x] += row[x] * weight[i];
    }
    uint8_t* target = result.rgb.data() + static_cast<size_t>(y) * row_bytes;
    std::transform(sums.begin(), sums.end(), target, to_pixel);
  }
  return result;
}

/// Half of a non-negative number, ties to the even one, as Python's round(n / 2).
int half_to_even(int n) {
  const int half = n / 2;
  return n % 2 == 1 && half % 2 == 1 ? half + 1 : half;
}

/// Where a length fits into another: the offset to skip in the source and the one to leave in the
/// target.
struct Placement {
  int source = 0;
  int target = 0;
  int length = 0;
};

Placement place_centered(int source_length, int target_length) {
  if (source_length < target_length) {
    return {0, (target_length - source_length) / 2, source_length};
  }
  return {half_to_even(source_length - target_length), 0, target_length};
}

}  // namespace

Image resize_bilinear(const Image& image, int64_t width, int64_t height) {
  check_image_size(width, height, "resized");
  const int new_width = static_cast<int>(width);
  const int new_height = static_cast<int>(height);
  if (new_width == image.width && new_height == image.height) return image;
  if (new_width == image.width) return resize_rows(image, new_height);
  if (new_height == image.height) return resize_columns(image, new_width);
  return resize_rows(resize_columns(image, new_width), new_height);
}

Image resize_shorter_side(const Image& image, int64_t size) {
  const int shorter = std::min(image.width, image.height);
  const int longer = std::max(image.width, image.height);
  const auto new_longer = static_cast<int64_t>(static_cast<double>(size) * longer / shorter);
  return image.width <= image.height ? resize_bilinear(image, size, new_longer)
                                     : resize_bilinear(image, new_longer, size);
}

Image center_crop(const Image& image, int64_t size) {
  Image result = make_image(size, size, "cropped");
  const Placement across = place_centered(image.width, result.width);
  const Placement down = place_centered(image.height, result.height);
  for (int y = 0; y < down.length; ++y) {
    const size_t source = static_cast<size_t>(down.source + y) * image.width + across.source;
    const size_t target = static_cast<size_t>(down.target + y) * result.width + across.target;
    std::memcpy(result.rgb.data() + target * 3, image.rgb.data() + source * 3,
                static_cast<size_t>(across.length) * 3);
  }
  return result;
}

}  // namespace ptqbench
