#include "tests/helpers/generated_parameters.h"

#include <torch/types.h>
#include <zlib.h>

#include <cmath>

namespace ptqbench::testing {
namespace {

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

double scaled(double v, const std::string& name, const std::vector<int64_t>& shape) {
  if (name == "input") return v * std::sqrt(3.0);
  if (shape.size() >= 2) {
    double fan_in = 1;
    for (size_t d = 1; d < shape.size(); ++d) fan_in *= static_cast<double>(shape[d]);
    return v * std::sqrt(6 / fan_in);
  }
  if (ends_with(name, "running_mean") || ends_with(name, "bias")) return 0.1 * v;
  return 1 + 0.2 * v;
}

}  // namespace

at::Tensor generated_values(const std::string& name, const std::vector<int64_t>& shape) {
  auto out = at::empty(shape, at::kFloat);
  const uint64_t seed = uint64_t{crc32(0, reinterpret_cast<const Bytef*>(name.data()),
                                       static_cast<uInt>(name.size()))}
                        << 32;
  for (int64_t i = 0; i < out.numel(); ++i) {
    uint64_t z = seed + static_cast<uint64_t>(i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    const double v = 2 * (static_cast<double>(z >> 11) / 9007199254740992.0) - 1;
    out.data_ptr<float>()[i] = static_cast<float>(scaled(v, name, shape));
  }
  return out;
}

void fill_generated(const std::vector<NamedTensor>& tensors) {
  for (const auto& tensor : tensors) {
    at::Tensor(tensor.value).copy_(generated_values(tensor.name, tensor.value.sizes().vec()));
  }
}

}  // namespace ptqbench::testing
