#include "methods/reconstruction/loss.h"

#include <torch/types.h>

namespace ptqbench {

Loss reconstruction_loss(const at::Tensor& output, const at::Tensor& target, double p) {
  const torch::NoGradGuard no_grad;
  const double count = static_cast<double>(output.numel()) / static_cast<double>(output.size(1));
  const auto difference = output - target;
  Loss loss;
  if (p == 2.0) {
    loss.value = difference.square().sum(at::kDouble).item<double>() / count;
    loss.gradient = difference * (2 / count);
  } else {
    const auto slope = difference.abs().pow_(p - 1).mul_(difference.sign());
    loss.value = (slope * difference).sum(at::kDouble).item<double>() / count;
    loss.gradient = slope * (p / count);
  }
  return loss;
}

}  // namespace ptqbench
