#include "tasks/training/training_data.h"

#include <algorithm>

namespace ptqbench {

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
