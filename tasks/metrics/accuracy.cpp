#include "tasks/metrics/accuracy.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

#include "tasks/data/prefetch.h"
#include "tasks/metrics/finite_outputs.h"

namespace ptqbench {

double top1_accuracy(const UnitGraph& model, Pass& pass, const ImageDataset& data, int64_t samples,
                     int64_t batch_size, DeviceGroup& group) {
  const torch::NoGradGuard no_grad;
  const int64_t count = samples == 0 ? data.size() : std::min(samples, data.size());
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i) {
    if (does_batch(group, i / batch_size)) indices.push_back(i);
  }
  PrefetchOptions options;
  options.batch_size = batch_size;
  options.threads = at::get_num_threads();
  PrefetchingLoader loader(data, std::move(indices), options);
  const auto device = model.device();
  // Of this member: right ones, and samples with an output that is not finite.
  int64_t correct = 0;
  int64_t broken = 0;
  while (const auto batch = loader.next()) {
    const auto inputs = batch->inputs.contiguous(at::MemoryFormat::ChannelsLast).to(device);
    const auto logits = model.forward({inputs}, pass).at(0);
    const auto right = logits.argmax(1).eq(batch->labels.to(device)).sum();
    const auto not_finite = logits.isfinite().all(1).logical_not().sum();
    // One read of the device for both.
    const auto counts = at::stack({right, not_finite}).cpu();
    correct += counts[0].item<int64_t>();
    broken += counts[1].item<int64_t>();
  }
  const auto sums = sum_over(group, {static_cast<double>(correct), static_cast<double>(broken)});
  require_finite_outputs(static_cast<int64_t>(sums[1]), count);
  return 100.0 * sums[0] / static_cast<double>(count);
}

}  // namespace ptqbench
