#include "methods/reconstruction/random_source.h"

#include <torch/types.h>

#include "methods/random/philox.h"

namespace ptqbench {

PhiloxSource::PhiloxSource(uint64_t seed, const std::string& unit) : seed_(seed), unit_(unit) {}

std::vector<int64_t> PhiloxSource::batch(int64_t t, int64_t count, int64_t population) {
  const auto key = stream_key(seed_, unit_, RandomPurpose::kBatch);
  std::vector<int64_t> ids(static_cast<size_t>(count));
  for (size_t slot = 0; slot < ids.size(); ++slot) {
    const auto random = philox({static_cast<uint32_t>(slot), 0, static_cast<uint32_t>(t), 0}, key);
    ids[slot] = below(random[0], population);
  }
  return ids;
}

void PhiloxSource::fill_keep_masks(std::vector<KeepMaskDraw> draws, const IterationNow& now) {
  for (auto& draw : draws) draw.key = stream_key(seed_, unit_, RandomPurpose::kDrop);
  if (!draws.empty()) kernels_on(now.t.device()).draw_keep_masks(draws, now);
}

}  // namespace ptqbench
