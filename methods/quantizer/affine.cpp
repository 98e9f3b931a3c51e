#include "methods/quantizer/affine.h"

#include <fmt/format.h>
#include <torch/types.h>

#include "support/error.h"

namespace ptqbench {

IntegerRange integer_range(int bits, bool symmetric) {
  if (bits < 2 || bits > 8) {
    throw ConfigError(fmt::format(
        "cannot quantize to {} bits: 2 to 8 are possible (32 means not quantized)", bits));
  }
  const int64_t levels = int64_t{1} << bits;
  return symmetric ? IntegerRange{-levels / 2, levels / 2 - 1} : IntegerRange{0, levels - 1};
}

bool AffineQuantizer::per_channel() const { return scale.numel() > 1; }

AffineQuantizer quantizer_from_range(const at::Tensor& minimum, const at::Tensor& maximum,
                                     IntegerRange range, bool symmetric) {
  const auto low = minimum.clamp_max(0.0).reshape({-1});
  const auto high = maximum.clamp_min(0.0).reshape({-1});
  const double steps = static_cast<double>(range.steps());
  AffineQuantizer quantizer{range, {}, {}};
  if (symmetric) {
    quantizer.scale = (at::maximum(-low, high) / (steps / 2)).clamp_min(kSmallestScale);
    quantizer.zero_point = at::zeros_like(quantizer.scale);
  } else {
    quantizer.scale = ((high - low) / steps).clamp_min(kSmallestScale);
    quantizer.zero_point = (static_cast<double>(range.minimum) - at::round(low / quantizer.scale))
                               .clamp(range.minimum, range.maximum);
  }
  return quantizer;
}

at::Tensor broadcast_to_channels(const at::Tensor& parameter, const at::Tensor& x) {
  if (parameter.numel() == 1) return parameter;
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[0] = -1;
  return parameter.reshape(shape);
}

at::Tensor fake_quantize(const at::Tensor& x, const AffineQuantizer& quantizer) {
  const auto scale = broadcast_to_channels(quantizer.scale, x);
  const auto zero_point = broadcast_to_channels(quantizer.zero_point, x);
  const auto integers =
      (at::round(x / scale) + zero_point).clamp(quantizer.range.minimum, quantizer.range.maximum);
  return (integers - zero_point) * scale;
}

at::Tensor grid_integers(const at::Tensor& on_grid, const AffineQuantizer& quantizer) {
  const auto scale = broadcast_to_channels(quantizer.scale, on_grid);
  const auto zero_point = broadcast_to_channels(quantizer.zero_point, on_grid);
  const auto type = quantizer.range.minimum < 0 ? at::kChar : at::kByte;
  return (at::round(on_grid / scale) + zero_point).to(type);
}

at::Tensor dequantize(const at::Tensor& integers, const AffineQuantizer& quantizer) {
  const auto scale = broadcast_to_channels(quantizer.scale, integers);
  const auto zero_point = broadcast_to_channels(quantizer.zero_point, integers);
  return (integers.to(at::kFloat) - zero_point) * scale;
}

}  // namespace ptqbench
