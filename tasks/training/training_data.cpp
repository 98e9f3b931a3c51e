#include "tasks/training/training_data.h"

#include <torch/types.h>

#include <algorithm>
#include <numeric>

namespace ptqbench {

std::function<double(const UnitGraph& model, Pass& pass)> mean_loss(
    std::shared_ptr<const TrainingData> data, int64_t batch_size) {
  return [data = std::move(data), batch_size](const UnitGraph& model, Pass& pass) {
    const torch::NoGradGuard no_grad;
    double sum = 0;
    for (int64_t first = 0; first < data->size(); first += batch_size) {
      std::vector<int64_t> samples(static_cast<size_t>(std::min(batch_size, data->size() - first)));
      std::iota(samples.begin(), samples.end(), first);
      sum +=
          data->loss(model, pass, samples, 0).item<double>() * static_cast<double>(samples.size());
    }
    return sum / static_cast<double>(data->size());
  };
}

std::vector<std::vector<int64_t>> full_batches(const std::vector<int64_t>& order,
                                               int64_t batch_size) {
  const auto size = static_cast<int64_t>(order.size());
  const int64_t steps = std::max<int64_t>(1, size / batch_size);
  std::vector<std::vector<int64_t>> batches;
  for (int64_t step = 0; step < steps; ++step) {
    const auto first = order.begin() + step * batch_size;
    batches.emplace_back(first, first + std::min(batch_size, size - step * batch_size));
  }
  return batches;
}

}  // namespace ptqbench
