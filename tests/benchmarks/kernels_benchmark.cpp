// The element-wise passes of a reconstruction iteration, fused and as plain tensor operations.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include "methods/kernels/activation_quant.h"
#include "methods/reconstruction/random_source.h"
#include "tests/helpers/keep_masks.h"

namespace ptqbench {
namespace {

/// A feature map of ResNet-20's first stage at batch 32.
at::Tensor feature_map() {
  at::set_num_threads(1);
  at::manual_seed(1);
  return at::randn({32, 16, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
}

using Function = at::Tensor (*)(const ActivationTerms&, Nonlinearity, const LearnedQuantizer&,
                                const at::Tensor&);

void forward_and_backward(benchmark::State& state, Function function) {
  const auto x = feature_map().requires_grad_(true);
  const LearnedQuantizer quantizer{
      at::full({1}, 0.2F).requires_grad_(true), at::zeros({1}), {0, 15}};
  const auto keep = testing::mask_of(PhiloxSource(1, "u"), 0, 0, 0.5,
                                     testing::all_slots(x.size(0)), x.numel() / x.size(0));
  const auto gradient = at::ones_like(x);
  for (auto _ : state) {
    function({x}, Nonlinearity::kRelu, quantizer, keep).backward(gradient);
    x.mutable_grad() = at::Tensor();
  }
  state.SetItemsProcessed(state.iterations() * x.numel());
}

void activation_quant_fused(benchmark::State& state) {
  forward_and_backward(state, activate_and_quantize);
}
void activation_quant_composed(benchmark::State& state) {
  forward_and_backward(state, activate_and_quantize_composed);
}

void keep_mask(benchmark::State& state) {
  const auto x = feature_map();
  const auto slots = testing::all_slots(x.size(0));
  PhiloxSource random(1, "u");
  const auto draw = testing::empty_mask(0, 0.5, slots.size(), x.numel() / x.size(0));
  const auto now = testing::iteration(0, slots);
  for (auto _ : state) {
    random.fill_keep_masks({draw}, now);
    benchmark::DoNotOptimize(draw.words.data_ptr());
  }
  state.SetItemsProcessed(state.iterations() * x.numel());
}

BENCHMARK(activation_quant_fused);
BENCHMARK(activation_quant_composed);
BENCHMARK(keep_mask);

}  // namespace
}  // namespace ptqbench
