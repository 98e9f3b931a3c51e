// One iteration of QDrop's block reconstruction, and the same unit's convolutions alone. The ratio
// of the two, by unit, is what scripts/bench.sh prints.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "methods/reconstruction/random_source.h"
#include "support/process_memory.h"
#include "tests/benchmarks/unit_cases.h"
#include "tests/helpers/composed_reconstruction.h"

namespace ptqbench::benchmarks {
namespace {

/// Long enough that the regulariser is on most of the time, as in a published run.
constexpr int64_t kIterations = 20000;

void iteration(benchmark::State& state, const std::string& name) {
  const auto unit = make_unit_case(name, kIterations);
  PhiloxSource random(1, unit.name);
  LocalGroup group;
  UnitReconstruction reconstruction(unit.model, unit.unit, unit.data, unit.phase, unit.settings,
                                    random, group);
  // From the end of the warm-up, when every part of an iteration is at work.
  int64_t t = kIterations / 2;
  for (auto _ : state) benchmark::DoNotOptimize(reconstruction.iterate(t++));
}

void convolutions(benchmark::State& state, const std::string& name) {
  const auto unit = make_unit_case(name, kIterations);
  for (auto _ : state) run_bare(unit.convolutions);
}

/// The unit as plain tensor operations in plain layout, with masks drawn as tensors.
void composed(benchmark::State& state, const std::string& name) {
  auto unit = make_unit_case(name, kIterations);
  for (auto* tensors :
       {&unit.data.quantized_inputs, &unit.data.full_precision_inputs, &unit.data.targets}) {
    for (auto& tensor : *tensors) tensor = tensor.contiguous();
  }
  PhiloxSource random(1, unit.name);
  const int64_t population = unit.data.targets.at(0).size(0);
  testing::ComposedReconstruction reconstruction(
      unit.model, unit.unit, unit.data, unit.phase, unit.settings,
      [&](int64_t t) { return random.batch(t, unit.settings.batch_size, population); },
      [&](int64_t, int64_t, const at::Tensor& like) {
        return at::rand_like(like).ge(unit.phase.drop_probability);
      });
  int64_t t = kIterations / 2;
  for (auto _ : state) benchmark::DoNotOptimize(reconstruction.iterate(t++));
}

}  // namespace
}  // namespace ptqbench::benchmarks

int main(int argc, char** argv) {
  using namespace ptqbench::benchmarks;
  ptqbench::keep_freed_memory();
  at::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (const auto& name : unit_case_names()) {
    for (const auto& [kind, function] : {std::pair{"iteration", iteration},
                                         {"convolutions", convolutions},
                                         {"composed", composed}}) {
      benchmark::RegisterBenchmark(fmt::format("{}/{}", kind, name).c_str(), function, name)
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
