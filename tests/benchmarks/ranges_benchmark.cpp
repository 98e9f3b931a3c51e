// Finding quantization ranges by the least L_2.4 error, on one thread.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/types.h>

#include <filesystem>
#include <numeric>

#include "methods/nn/bit_policy.h"
#include "methods/quantizer/mse_search.h"
#include "methods/quantizer/range_observer.h"
#include "methods/reconstruction/calibrate.h"
#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/task.h"

namespace ptqbench {
namespace {

/// The shipped ResNet-20 with batch norm folded, and 256 calibration images.
struct Network {
  UnitGraph model;
  Tensors images;
};

const Network& network() {
  static const Network loaded = [] {
    at::set_num_threads(1);
    const auto task = make_task(TaskOptions());
    Network n{task->make_model({"resnet20", {}}), {}};
    auto parameters = n.model.parameters();
    for (const auto& buffer : n.model.buffers()) parameters.push_back(buffer);
    assign_parameters(load_checkpoint(std::filesystem::path(PTQBENCH_SOURCE_DIR) /
                                      "configs/checkpoints/resnet20_fashion_mnist.safetensors"),
                      parameters);
    n.model.fold_batch_norm();
    std::vector<int64_t> ids(static_cast<size_t>(MethodSettings().range_samples));
    std::iota(ids.begin(), ids.end(), 0);
    n.images = task->calibration_inputs(ids);
    return n;
  }();
  return loaded;
}

/// Runs `body(model)` on a ResNet-20 of these bit-widths; fails when data or checkpoint are
/// missing.
template <class Body>
void on_network(benchmark::State& state, int weight_bits, int activation_bits, Body body) {
  try {
    UnitGraph model = network().model;
    assign_bits(model, {weight_bits, activation_bits}, {MethodSettings().first_last});
    for (auto _ : state) body(model);
  } catch (const Error& error) {
    state.SkipWithError(error.what());
  }
}

void resnet20_w4_weights(benchmark::State& state) {
  on_network(state, 4, 4, [](UnitGraph& model) { calibrate_weights(model, MethodSettings()); });
}

/// On the network with quantized weights, each activation quantized when it reaches the next one:
/// the dearer of the two sources.
void resnet20_a4_activations(benchmark::State& state) {
  on_network(state, 4, 4, [](UnitGraph& model) {
    calibrate_activations(model, MethodSettings(), RangeSource::kQuantizedNetwork,
                          network().images);
  });
}

void resnet20_w4a4_all(benchmark::State& state) {
  on_network(state, 4, 4, [](UnitGraph& model) {
    calibrate_weights(model, MethodSettings());
    calibrate_activations(model, MethodSettings(), RangeSource::kQuantizedNetwork,
                          network().images);
  });
}

void resnet20_w8_weights(benchmark::State& state) {
  on_network(state, 8, 8, [](UnitGraph& model) { calibrate_weights(model, MethodSettings()); });
}

/// The part of the activations' time that is no search: the network itself.
void resnet20_forward(benchmark::State& state) {
  on_network(state, 4, 4, [](UnitGraph& model) {
    const torch::NoGradGuard no_grad;
    FullPrecisionPass pass;
    benchmark::DoNotOptimize(model.forward(network().images, pass));
  });
}

/// Two-sided and skewed, [samples, 64, 16, 16].
at::Tensor feature_map(int64_t samples) {
  at::set_num_threads(1);
  at::manual_seed(1);
  const auto x = at::randn({samples, 64, 16, 16});
  return at::where(x < 0, x * 0.3, x).contiguous(at::MemoryFormat::ChannelsLast);
}

void search_feature_map(benchmark::State& state, int64_t samples) {
  const auto x = feature_map(samples);
  const auto bits = static_cast<int>(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(find_quantizer(x, RangeEstimator::kMse, {bits, false, false}));
  state.SetItemsProcessed(state.iterations() * x.numel());
}

void two_sided_256x64x16x16(benchmark::State& state) { search_feature_map(state, 256); }
void two_sided_4x64x16x16(benchmark::State& state) { search_feature_map(state, 4); }

void exhaustive_4x64x16x16(benchmark::State& state) {
  const auto x = feature_map(4);
  const auto range = integer_range(static_cast<int>(state.range(0)), false);
  const auto candidates = mse_candidates(x.min().item<float>(), x.max().item<float>(),
                                         DataSide::kBoth, range, /*symmetric=*/false);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        least_error_candidate_exhaustive(x.data_ptr<float>(), x.numel(), candidates, range));
  }
  state.SetItemsProcessed(state.iterations() * x.numel());
}

BENCHMARK(resnet20_w4a4_all)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet20_w4_weights)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet20_a4_activations)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet20_forward)->Unit(benchmark::kMillisecond);
BENCHMARK(resnet20_w8_weights)->Unit(benchmark::kMillisecond);
BENCHMARK(two_sided_256x64x16x16)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK(two_sided_4x64x16x16)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);
BENCHMARK(exhaustive_4x64x16x16)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ptqbench
