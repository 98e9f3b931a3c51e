// One iteration of QDrop's block reconstruction, and the same unit's convolutions alone. The ratio of the two, by unit, is
// what scripts/bench.sh prints. usage: units_benchmark [--device=cuda] [Google Benchmark's options]
//
// On CUDA each is measured with and without TF32, and the convolutions in both layouts.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include <cstring>
#include <functional>

#include "harness/devices/placement.h"
#include "methods/reconstruction/random_source.h"
#include "support/error.h"
#include "support/process_memory.h"
#include "tests/benchmarks/unit_cases.h"
#include "tests/helpers/composed_reconstruction.h"

namespace ptqbench::benchmarks {
namespace {

/// Long enough that the regulariser is on most of the time, as in a published run.
constexpr int64_t kIterations = 20000;

/// What is measured of each unit.
struct Kind {
  std::string name;
  bool tf32 = false;
  at::MemoryFormat layout = at::MemoryFormat::Contiguous;
  std::function<void(benchmark::State&, const UnitCase&)> measure;
};

void allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
}

/// Until the device has done all that it was given.
void wait_for(const at::Device& device) {
  if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

/// Times `step` on the device. What the host puts in the device's queue would otherwise pass for done, and waiting after
/// each step would be timed with it.
void time_steps(benchmark::State& state, const at::Device& device,
                const std::function<void()>& step) {
  const int64_t at_once = device.is_cuda() ? 20 : 1;
  // Libraries choose their algorithms, and memory is fetched.
  step();
  wait_for(device);
  while (state.KeepRunningBatch(at_once)) {
    for (int64_t i = 0; i < at_once; ++i) step();
    wait_for(device);
  }
}

void iteration(benchmark::State& state, const UnitCase& unit) {
  PhiloxSource random(1, unit.name);
  LocalGroup group;
  UnitReconstruction reconstruction(unit.model, unit.unit, unit.data, unit.phase, unit.settings,
                                    random, group);
  // From the end of the warm-up, when every part of an iteration is at work.
  int64_t t = kIterations / 2;
  time_steps(state, unit.model.device(),
             [&] { benchmark::DoNotOptimize(reconstruction.iterate(t++)); });
}

void convolutions(benchmark::State& state, const UnitCase& unit) {
  time_steps(state, unit.model.device(), [&] { run_bare(unit.convolutions); });
}

/// The unit as plain tensor operations in plain layout, with masks drawn as tensors.
void composed(benchmark::State& state, const UnitCase& unit) {
  UnitData data = unit.data;
  for (auto* tensors : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets}) {
    for (auto& tensor : *tensors) tensor = tensor.contiguous();
  }
  PhiloxSource random(1, unit.name);
  const int64_t population = data.targets.at(0).size(0);
  testing::ComposedReconstruction reconstruction(
      unit.model, unit.unit, data, unit.phase, unit.settings,
      [&](int64_t t) { return random.batch(t, unit.settings.batch_size, population); },
      [&](int64_t, int64_t, const at::Tensor& like) {
        return at::rand_like(like).ge(unit.phase.drop_probability);
      });
  int64_t t = kIterations / 2;
  time_steps(state, unit.model.device(),
             [&] { benchmark::DoNotOptimize(reconstruction.iterate(t++)); });
}

std::vector<Kind> kinds(const at::Device& device) {
  const auto last = at::MemoryFormat::ChannelsLast;
  const auto plain = at::MemoryFormat::Contiguous;
  std::vector<Kind> all = {{"iteration", false, plain, iteration},
                           {"convolutions", false, plain, convolutions}};
  if (!device.is_cuda()) {
    all.push_back({"composed", false, plain, composed});
    return all;
  }
  all.push_back({"iteration_tf32", true, plain, iteration});
  all.push_back({"convolutions_tf32", true, plain, convolutions});
  all.push_back({"convolutions_channels_last", false, last, convolutions});
  all.push_back({"convolutions_channels_last_tf32", true, last, convolutions});
  return all;
}

void register_all(const at::Device& device) {
  for (const auto& name : unit_case_names()) {
    for (const auto& kind : kinds(device)) {
      benchmark::RegisterBenchmark(fmt::format("{}/{}", kind.name, name).c_str(),
                                   [=](benchmark::State& state) {
                                     allow_tf32(kind.tf32);
                                     const auto unit =
                                         make_unit_case(name, kIterations, device, kind.layout);
                                     kind.measure(state, unit);
                                   })
          ->Unit(benchmark::kMillisecond)
          ->UseRealTime();
    }
  }
}

/// Takes --device=cpu or --device=cuda out of the arguments; the CPU without it.
at::Device take_device(int& argc, char** argv) {
  constexpr const char* kOption = "--device=";
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], kOption, std::strlen(kOption)) != 0) continue;
    const std::string name = argv[i] + std::strlen(kOption);
    std::copy(argv + i + 1, argv + argc, argv + i);
    --argc;
    if (name == "cuda") return {at::kCUDA, 0};
    if (name != "cpu") throw ConfigError("device is '" + name + "': expected cpu or cuda");
  }
  return at::kCPU;
}

int run(int argc, char** argv) {
  const auto device = take_device(argc, argv);
  if (device.is_cuda() && !torch::cuda::is_available()) {
    fmt::print(stderr, "units_benchmark: LibTorch sees no CUDA device\n");
    return 2;
  }
  prepare_device(device);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  register_all(device);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace ptqbench::benchmarks

int main(int argc, char** argv) {
  ptqbench::keep_freed_memory();
  at::set_num_threads(1);
  try {
    return ptqbench::benchmarks::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "units_benchmark: {}\n", error.what());
    return 2;
  }
}
