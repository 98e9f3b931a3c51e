#include "tasks/detection/balanced_sample.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "methods/random/philox.h"
#include "tasks/detection/matching.h"

namespace ptqbench {
namespace {

enum class Kind : uint32_t { kObjects, kBackground };

/// `count` of `ids`, or all.
at::Tensor draw(const at::Tensor& ids, int64_t count, Kind kind, const std::string& stage,
                const SampleKey& key) {
  if (count >= ids.size(0)) return ids;
  const auto stream = stream_key(key.seed, "detection/" + stage, RandomPurpose::kBatch);
  const at::Tensor on_cpu = ids.cpu();
  const auto* first = on_cpu.data_ptr<int64_t>();
  std::vector<int64_t> order(first, first + on_cpu.size(0));
  // The beginning of a shuffle.
  for (int64_t i = 0; i < count; ++i) {
    const auto bits = philox({static_cast<uint32_t>(i), static_cast<uint32_t>(key.step),
                              static_cast<uint32_t>(key.image), static_cast<uint32_t>(kind)},
                             stream);
    std::swap(order[static_cast<size_t>(i)],
              order[static_cast<size_t>(i + below(bits[0], on_cpu.size(0) - i))]);
  }
  order.resize(static_cast<size_t>(count));
  std::sort(order.begin(), order.end());
  return at::tensor(order, at::kLong).to(ids.device());
}

}  // namespace

BalancedSample balanced_sample(const at::Tensor& matches, const BalancedSampleOptions& options,
                               const std::string& stage, const SampleKey& key) {
  const auto most_objects =
      static_cast<int64_t>(static_cast<double>(options.count) * options.object_fraction);
  const at::Tensor objects = (matches >= 0).nonzero().squeeze(1);
  const at::Tensor background =
      (matches == static_cast<int64_t>(NoMatch::kBackground)).nonzero().squeeze(1);
  BalancedSample sample;
  sample.objects = draw(objects, most_objects, Kind::kObjects, stage, key);
  sample.background =
      draw(background, options.count - sample.objects.size(0), Kind::kBackground, stage, key);
  return sample;
}

}  // namespace ptqbench
