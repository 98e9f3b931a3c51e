#include "methods/analysis/flatness.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "methods/random/philox.h"

namespace ptqbench {
namespace {

constexpr double kTwoPi = 6.283185307179586;

/// A number in (0, 1) from 32 random bits.
double open_unit(uint32_t bits) { return (bits + 0.5) / 4294967296.0; }

/// Four independent normal numbers from one Philox block (Box and Muller 1958).
std::array<double, 4> normal_numbers(const std::array<uint32_t, 4>& random) {
  std::array<double, 4> normal;
  for (size_t pair = 0; pair < 4; pair += 2) {
    const double radius = std::sqrt(-2 * std::log(open_unit(random[pair])));
    const double angle = kTwoPi * open_unit(random[pair + 1]);
    normal[pair] = radius * std::cos(angle);
    normal[pair + 1] = radius * std::sin(angle);
  }
  return normal;
}

double norm(const float* values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
  return std::sqrt(sum);
}

/// Fills one filter with normal numbers and scales it to the norm of `weights`.
void draw_filter(std::array<uint32_t, 2> key, int64_t direction, int64_t filter,
                 const float* weights, float* out, int64_t count) {
  for (int64_t first = 0; first < count; first += 4) {
    const auto normal =
        normal_numbers(philox({static_cast<uint32_t>(first / 4), static_cast<uint32_t>(filter),
                               static_cast<uint32_t>(direction), 0},
                              key));
    const int64_t last = std::min<int64_t>(first + 4, count);
    for (int64_t i = first; i < last; ++i)
      out[i] = static_cast<float>(normal[static_cast<size_t>(i - first)]);
  }
  const auto scale = static_cast<float>(norm(weights, count) / norm(out, count));
  for (int64_t i = 0; i < count; ++i) out[i] *= scale;
}

const at::Tensor& quantized_weight(const WeightSite& site) {
  return site.quantized.defined() ? site.quantized : site.value;
}

/// Activations in full precision, and other weights than the quantized ones.
class PerturbedPass : public QuantizedPass {
 public:
  PerturbedPass() : QuantizedPass(Activations::kFullPrecision) {}

  void set(const WeightSite* site, const at::Tensor& weight) { weights_[site] = weight; }

  at::Tensor weight(const WeightSite& site) override { return weights_.at(&site); }

 private:
  std::map<const WeightSite*, at::Tensor> weights_;
};

}  // namespace

at::Tensor filter_normalised_direction(const at::Tensor& weight, const std::string& name,
                                       uint64_t seed, int64_t direction) {
  const auto w = weight.detach().to(at::kCPU, at::kFloat).contiguous();
  auto drawn = at::empty_like(w);
  const auto key = stream_key(seed, name, RandomPurpose::kPerturbation);
  const int64_t filters = w.size(0);
  const int64_t count = w.numel() / filters;
  const float* weights = w.data_ptr<float>();
  float* out = drawn.data_ptr<float>();
  at::parallel_for(0, filters, 1, [&](int64_t begin, int64_t end) {
    for (int64_t f = begin; f < end; ++f)
      draw_filter(key, direction, f, weights + f * count, out + f * count, count);
  });
  return drawn.to(weight.device());
}

std::vector<Flatness> measure_flatness(const UnitGraph& model,
                                       const std::vector<LossOfPass>& losses,
                                       const FlatnessOptions& options) {
  const torch::NoGradGuard no_grad;
  std::vector<Flatness> all(losses.size());
  QuantizedPass unperturbed(QuantizedPass::Activations::kFullPrecision);
  for (size_t i = 0; i < losses.size(); ++i) {
    all[i].loss = losses[i](unperturbed);
    all[i].loss_change.assign(options.magnitudes.size(), 0);
  }
  const auto sites = model.weight_sites();
  for (int64_t direction = 0; direction < options.directions; ++direction) {
    Tensors directions;
    for (const WeightSite* site : sites) {
      directions.push_back(filter_normalised_direction(quantized_weight(*site), site->name,
                                                       options.seed, direction));
    }
    for (size_t m = 0; m < options.magnitudes.size(); ++m) {
      PerturbedPass pass;
      for (size_t s = 0; s < sites.size(); ++s)
        pass.set(sites[s], quantized_weight(*sites[s]) + directions[s] * options.magnitudes[m]);
      for (size_t i = 0; i < losses.size(); ++i) {
        all[i].loss_change[m] +=
            (losses[i](pass) - all[i].loss) / static_cast<double>(options.directions);
      }
    }
  }
  return all;
}

}  // namespace ptqbench
