#include "tasks/data/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"
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

/// A filter in units of input pixels, or of output pixels when it is stretched.
struct Kernel {
  double (*weight)(double distance);
  /// It is zero from here on.
  double half_width;
};

double triangle(double distance) { return std::max(1.0 - distance, 0.0); }

/// Keys: Cubic convolution interpolation for digital image processing, 1981, eq. 4 with its
/// parameter a.
double cubic(double distance, double a) {
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}

double sinc(double x) { return x == 0 ? 1 : std::sin(x * M_PI) / (x * M_PI); }

double lanczos(double distance) {
  constexpr double kLobes = 3;
  return distance < kLobes ? sinc(distance) * sinc(distance / kLobes) : 0;
}

Kernel kernel_of(const ResizeFilter& filter) {
  switch (filter.interpolation) {
    case Interpolation::kBicubic:
      if (filter.antialias) return {[](double distance) { return cubic(distance, -0.5); }, 2};
      return {[](double distance) { return cubic(distance, -0.75); }, 2};
    case Interpolation::kLanczos:
      return {lanczos, 3};
    default:
      return {triangle, 1};
  }
}

int32_t fixed_point(double weight) {
  return static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kPrecisionBits));
}

Taps make_taps(int input_size, int output_size, const ResizeFilter& filter) {
  const Kernel kernel = kernel_of(filter);
  const double scale = static_cast<double>(input_size) / output_size;
  const double stretch = filter.antialias ? std::max(scale, 1.0) : 1.0;
  const double half_width = kernel.half_width * stretch;
  const double inverse_stretch = 1.0 / stretch;
  Taps taps;
  taps.stride = static_cast<int>(std::ceil(half_width)) * 2 + 1;
  taps.first.resize(static_cast<size_t>(output_size));
  taps.count.resize(static_cast<size_t>(output_size));
  taps.weights.resize(static_cast<size_t>(output_size) * static_cast<size_t>(taps.stride));
  std::vector<double> exact(static_cast<size_t>(taps.stride));
  for (int out = 0; out < output_size; ++out) {
    const double center = (out + 0.5) * scale;
    const int begin = static_cast<int>(std::floor(center - half_width + 0.5));
    const int end = static_cast<int>(std::floor(center + half_width + 0.5));
    const int first = std::clamp(begin, 0, input_size - 1);
    const int count = std::clamp(end, first + 1, input_size) - first;
    std::fill(exact.begin(), exact.end(), 0.0);
    double sum = 0;
    for (int i = begin; i < end; ++i) {
      // What lies outside is left out, or without antialiasing repeats the pixel at the edge.
      if (filter.antialias && (i < first || i >= first + count)) continue;
      const double weight = kernel.weight(std::abs((i - center + 0.5) * inverse_stretch));
      exact[static_cast<size_t>(std::clamp(i - first, 0, count - 1))] += weight;
      sum += weight;
    }
    for (int i = 0; i < count; ++i) {
      taps.weights[static_cast<size_t>(out) * taps.stride + i] =
          fixed_point(exact[static_cast<size_t>(i)] / sum);
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

Image resize_columns(const Image& image, int width, const ResizeFilter& filter) {
  const Taps taps = make_taps(image.width, width, filter);
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

Image resize_rows(const Image& image, int height, const ResizeFilter& filter) {
  const Taps taps = make_taps(image.height, height, filter);
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

/// Along the width, with results that are not rounded: [height, width, 3].
std::vector<double> columns_without_antialiasing(const Image& image, const Taps& taps, int width) {
  std::vector<double> result(static_cast<size_t>(image.height) * width * 3);
  double* target = result.data();
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    for (int x = 0; x < width; ++x, target += 3) {
      for (int i = 0; i < taps.count[x]; ++i) {
        const double weight = taps.weights[static_cast<size_t>(x) * taps.stride + i];
        const uint8_t* pixel = row + static_cast<size_t>(taps.first[x] + i) * 3;
        for (int channel = 0; channel < 3; ++channel) target[channel] += weight * pixel[channel];
      }
    }
  }
  return result;
}

/// What a filter gives that is not stretched: torchvision rounds once, at the end.
Image resize_without_antialiasing(const Image& image, int width, int height,
                                  const ResizeFilter& filter) {
  const auto columns =
      columns_without_antialiasing(image, make_taps(image.width, width, filter), width);
  const Taps taps = make_taps(image.height, height, filter);
  constexpr double kOne = static_cast<double>(1 << kPrecisionBits);
  const size_t row_values = static_cast<size_t>(width) * 3;
  Image result = make_image(width, height, "resized");
  std::vector<double> sums(row_values);
  for (int y = 0; y < height; ++y) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (int i = 0; i < taps.count[y]; ++i) {
      const double weight = taps.weights[static_cast<size_t>(y) * taps.stride + i];
      const double* row = columns.data() + static_cast<size_t>(taps.first[y] + i) * row_values;
      for (size_t x = 0; x < row_values; ++x) sums[x] += weight * row[x];
    }
    uint8_t* target = result.rgb.data() + static_cast<size_t>(y) * row_values;
    for (size_t x = 0; x < row_values; ++x) {
      target[x] =
          static_cast<uint8_t>(std::clamp(std::nearbyint(sums[x] / kOne / kOne), 0.0, 255.0));
    }
  }
  return result;
}

/// The input position that each output position takes. The position goes on by steps and is not
/// computed anew, which decides ties as Pillow does.
std::vector<int> nearest_positions(int input_size, int output_size) {
  const double scale = static_cast<double>(input_size) / output_size;
  std::vector<int> positions;
  double position = scale * 0.5;
  for (int out = 0; out < output_size; ++out, position += scale)
    positions.push_back(std::min(static_cast<int>(position), input_size - 1));
  return positions;
}

Image resize_nearest(const Image& image, int width, int height) {
  Image result = make_image(width, height, "resized");
  const auto columns = nearest_positions(image.width, width);
  uint8_t* target = result.rgb.data();
  for (const int y : nearest_positions(image.height, height)) {
    const uint8_t* row = image.rgb.data() + static_cast<size_t>(y) * image.width * 3;
    for (const int x : columns) {
      std::memcpy(target, row + static_cast<size_t>(x) * 3, 3);
      target += 3;
    }
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

const std::vector<std::string>& interpolation_names() {
  static const std::vector<std::string> names = {"nearest", "bilinear", "bicubic", "lanczos"};
  return names;
}

Interpolation interpolation_from_name(const std::string& name) {
  const auto& names = interpolation_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw ConfigError("unknown interpolation '" + name + "'" + valid_names_hint(name, names));
  return static_cast<Interpolation>(found - names.begin());
}

Image resize_image(const Image& image, int64_t width, int64_t height, const ResizeFilter& filter) {
  check_image_size(width, height, "resized");
  const int new_width = static_cast<int>(width);
  const int new_height = static_cast<int>(height);
  if (new_width == image.width && new_height == image.height) return image;
  if (filter.interpolation == Interpolation::kNearest)
    return resize_nearest(image, new_width, new_height);
  if (!filter.antialias) return resize_without_antialiasing(image, new_width, new_height, filter);
  if (new_width == image.width) return resize_rows(image, new_height, filter);
  if (new_height == image.height) return resize_columns(image, new_width, filter);
  return resize_rows(resize_columns(image, new_width, filter), new_height, filter);
}

Image resize_shorter_side(const Image& image, int64_t size, const ResizeFilter& filter) {
  const int shorter = std::min(image.width, image.height);
  const int longer = std::max(image.width, image.height);
  const auto new_longer = static_cast<int64_t>(static_cast<double>(size) * longer / shorter);
  return image.width <= image.height ? resize_image(image, size, new_longer, filter)
                                     : resize_image(image, new_longer, size, filter);
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
