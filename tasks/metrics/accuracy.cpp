#include "tasks/metrics/accuracy.h"

#include <torch/types.h>

#include <algorithm>
#include <numeric>

#include "tasks/data/batch.h"

namespace ptqbench {

double top1_accuracy(const UnitGraph& model, Pass& pass, const ImageDataset& data, int64_t samples,
                     int64_t batch_size) {
  const torch::NoGradGuard no_grad;
  const int64_t count = samples == 0 ? data.size() : std::min(samples, data.size());
  int64_t correct = 0;
  for (int64_t first = 0; first < count; first += batch_size) {
    std::vector<int64_t> indices(static_cast<size_t>(std::min(batch_size, count - first)));
    std::iota(indices.begin(), indices.end(), first);
    const auto logits =
        model.forward({load_inputs(data, indices).contiguous(at::MemoryFormat::ChannelsLast)}, pass)
            .at(0);
    correct += logits.argmax(1).eq(load_labels(data, indices)).sum().item<int64_t>();
  }
  return 100.0 * static_cast<double>(correct) / static_cast<double>(count);
}

}  // namespace ptqbench
