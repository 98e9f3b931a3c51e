#include "tasks/detection/box_coder.h"

#include <torch/types.h>

#include <cmath>

namespace ptqbench {
namespace {

/// [N, 4] -> two of [N, 2], in the order x, y.
struct Centered {
  explicit Centered(const at::Tensor& boxes)
      : size(boxes.slice(1, 2) - boxes.slice(1, 0, 2)), center(boxes.slice(1, 0, 2) + 0.5 * size) {}

  at::Tensor size;
  at::Tensor center;
};

}  // namespace

at::Tensor BoxCoder::encode(const at::Tensor& references, const at::Tensor& proposals) const {
  const Centered to(references);
  const Centered from(proposals);
  const at::Tensor deltas =
      at::cat({(to.center - from.center) / from.size, (to.size / from.size).log()}, 1);
  return deltas * at::tensor(at::ArrayRef<double>(weights), deltas.options());
}

at::Tensor BoxCoder::decode(const at::Tensor& deltas, const at::Tensor& boxes) const {
  static const double kMaxLogScale = std::log(1000.0 / 16);
  const Centered from(boxes);
  const at::Tensor each = deltas.reshape({deltas.size(0), deltas.size(1) / 4, 4}) /
                          at::tensor(at::ArrayRef<double>(weights), deltas.options());
  const at::Tensor size = from.size.unsqueeze(1);
  const at::Tensor center = each.slice(2, 0, 2) * size + from.center.unsqueeze(1);
  const at::Tensor half = 0.5 * (each.slice(2, 2).clamp_max(kMaxLogScale).exp() * size);
  return at::cat({center - half, center + half}, 2).reshape(deltas.sizes());
}

}  // namespace ptqbench
