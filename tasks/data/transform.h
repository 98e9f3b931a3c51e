#pragma once

#include <array>
#include <vector>

#include "tasks/data/image.h"

namespace at {
class Tensor;
}

namespace ptqbench {

/// Pixels to network input: (value / 255 - mean) / std for each channel, in float32 as
/// torchvision's ToTensor and Normalize.
class Normalization {
 public:
  /// `mean` and `std` hold one value for all channels or one for each of R, G, B, in units of 0..1.
  /// Throws ConfigError for another number of values or an std that is not positive.
  Normalization(const std::vector<double>& mean, const std::vector<double>& std);

  /// float32 [3, H, W].
  at::Tensor operator()(const Image& image) const;

 private:
  /// The result for each channel and pixel value.
  std::array<std::array<float, 256>, 3> table_;
};

}  // namespace ptqbench
