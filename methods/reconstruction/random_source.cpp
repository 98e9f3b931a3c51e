#include "methods/reconstruction/random_source.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <cmath>

#include "methods/kernels/keep_mask_cpu.h"
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

at::Tensor PhiloxSource::keep_mask(int64_t t, int64_t place, double drop_probability,
                                   const at::Tensor& like) {
  const auto key = stream_key(seed_, unit_, RandomPurpose::kDrop);
  const auto threshold = static_cast<uint32_t>(std::lround(drop_probability * 65536));
  // Always drawn on the host, so that every device sees the same masks.
  auto mask = at::empty_like(like, like.options().dtype(at::kByte).device(at::kCPU));
  const int64_t slots = like.size(0);
  const int64_t per_slot = like.numel() / slots;
  at::parallel_for(0, slots, 1, [&](int64_t begin, int64_t end) {
    for (int64_t slot = begin; slot < end; ++slot) {
      cpu::keep_mask(
          {0, static_cast<uint32_t>(slot), static_cast<uint32_t>(t), static_cast<uint32_t>(place)},
          key, threshold, mask.data_ptr<uint8_t>() + slot * per_slot, per_slot);
    }
  });
  return mask.to(like.device());
}

}  // namespace ptqbench
