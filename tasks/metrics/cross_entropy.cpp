#include "tasks/metrics/cross_entropy.h"

#include <torch/types.h>

#include <algorithm>

namespace ptqbench {

double cross_entropy(const UnitGraph& model, Pass& pass, const at::Tensor& inputs,
                     const at::Tensor& labels, int64_t batch_size) {
  const torch::NoGradGuard no_grad;
  const int64_t count = inputs.size(0);
  double sum = 0;
  for (int64_t first = 0; first < count; first += batch_size) {
    const int64_t last = std::min(first + batch_size, count);
    const auto logits =
        model.forward(on_device({inputs.slice(0, first, last)}, model.device()), pass)
            .at(0)
            .to(labels.device(), at::kDouble);
    sum += at::cross_entropy_loss(logits, labels.slice(0, first, last), {}, at::Reduction::Sum)
               .item<double>();
  }
  return sum / static_cast<double>(count);
}

}  // namespace ptqbench
