#include "methods/quantizer/rounding.h"

#include <torch/types.h>

#include <algorithm>

namespace ptqbench {
namespace {

/// Derivative of the rectified sigmoid.
at::Tensor rectified_sigmoid_slope(const at::Tensor& alpha) {
  const auto sigmoid = at::sigmoid(alpha);
  const auto stretched = sigmoid * (kZeta - kGamma) + kGamma;
  const auto open = stretched.ge(0).logical_and_(stretched.le(1));
  return sigmoid * (1 - sigmoid) * (kZeta - kGamma) * open;
}

}  // namespace

at::Tensor rectified_sigmoid(const at::Tensor& alpha) {
  return (at::sigmoid(alpha) * (kZeta - kGamma) + kGamma).clamp_(0, 1);
}

double regulariser_exponent(int64_t t, int64_t iterations, double warm_up, double start,
                            double end) {
  const double first = warm_up * static_cast<double>(iterations);
  if (static_cast<double>(t) < first) return start;
  const double progress =
      (static_cast<double>(t) - first) / (static_cast<double>(iterations) - first);
  return end + (start - end) * std::max(0.0, 1 - progress);
}

at::Tensor in_rounding_layout(const at::Tensor& weight) {
  return weight.contiguous(weight.dim() == 4 ? at::MemoryFormat::ChannelsLast
                                             : at::MemoryFormat::Contiguous);
}

int64_t count_flipped(const at::Tensor& weight, const at::Tensor& quantized,
                      const AffineQuantizer& quantizer) {
  const auto distance = (quantized - fake_quantize(weight, quantizer)).abs();
  // Half a step tells grid points apart whatever the last bits are.
  return distance.gt(broadcast_to_channels(quantizer.scale, weight) / 2).sum().item<int64_t>();
}

LearnedRounding::LearnedRounding(const at::Tensor& weight, const AffineQuantizer& quantizer)
    : quantizer_(quantizer),
      scale_(broadcast_to_channels(quantizer.scale, weight)),
      zero_point_(broadcast_to_channels(quantizer.zero_point, weight)) {
  const auto steps = in_rounding_layout(weight) / scale_;
  const auto floor = at::floor(steps);
  floor_ = floor + zero_point_;
  alpha_ = -at::log((kZeta - kGamma) / (steps - floor - kGamma) - 1);
}

LearnedRounding::LearnedRounding(const at::Tensor& floor, const at::Tensor& alpha,
                                 const AffineQuantizer& quantizer)
    : quantizer_(quantizer),
      scale_(broadcast_to_channels(quantizer.scale, floor)),
      zero_point_(broadcast_to_channels(quantizer.zero_point, floor)),
      floor_(floor),
      alpha_(alpha) {}

at::Tensor LearnedRounding::soft_weight() const {
  const auto integers = (floor_ + rectified_sigmoid(alpha_))
                            .clamp_(quantizer_.range.minimum, quantizer_.range.maximum);
  return integers.sub_(zero_point_).mul_(scale_);
}

at::Tensor LearnedRounding::hard_weight() const {
  const auto up = alpha_.ge(0).to(floor_.scalar_type());
  const auto integers = (floor_ + up).clamp_(quantizer_.range.minimum, quantizer_.range.maximum);
  return integers.sub_(zero_point_).mul_(scale_);
}

at::Tensor LearnedRounding::alpha_gradient(const at::Tensor& grad_weight) const {
  const auto integers = floor_ + rectified_sigmoid(alpha_);
  const auto inside =
      integers.ge(quantizer_.range.minimum).logical_and_(integers.le(quantizer_.range.maximum));
  return grad_weight * scale_ * inside * rectified_sigmoid_slope(alpha_);
}

LearnedRounding::Regulariser LearnedRounding::regulariser(const at::Tensor& beta) const {
  const auto centred = rectified_sigmoid(alpha_).mul_(2).sub_(1);
  const auto distance = centred.abs();
  return {(1 - distance.pow(beta)).sum(at::kDouble),
          distance.pow(beta - 1) * centred.sign() * rectified_sigmoid_slope(alpha_) * beta * -2};
}

}  // namespace ptqbench
