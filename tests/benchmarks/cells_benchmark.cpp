// Whole cells and their stages: evaluation, calibration streams, a QDrop cell on one thread, and a
// sweep of equal cells on one rank and on two. Needs Fashion-MNIST and the shipped checkpoint.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "methods/nn/bit_policy.h"
#include "methods/reconstruction/calibrate.h"
#include "methods/reconstruction/quantize.h"
#include "methods/reconstruction/streams.h"
#include "support/process_memory.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/task.h"

namespace ptqbench::benchmarks {
namespace {

constexpr int64_t kEvaluationBatch = 64;

const Task& fashion_mnist() {
  static const auto task = make_task(TaskOptions());
  return *task;
}

UnitGraph shipped_resnet20() {
  auto model = fashion_mnist().make_model({"resnet20", {}});
  auto parameters = model.parameters();
  for (const auto& buffer : model.buffers()) parameters.push_back(buffer);
  assign_parameters(load_checkpoint(std::filesystem::path(PTQBENCH_SOURCE_DIR) /
                                    "configs/checkpoints/resnet20_fashion_mnist.safetensors"),
                    parameters);
  model.fold_batch_norm();
  return model;
}

Tensors calibration(int64_t samples) {
  std::vector<int64_t> ids(static_cast<size_t>(samples));
  std::iota(ids.begin(), ids.end(), 0);
  return fashion_mnist().calibration_inputs(ids);
}

/// W4A4 by rounding to nearest.
void quantize_to_nearest(UnitGraph& model) {
  const MethodSettings settings;
  assign_bits(model, {4, 4}, {settings.first_last});
  calibrate_weights(model, settings);
  calibrate_activations(model, settings, RangeSource::kFullPrecision, calibration(64));
}

void evaluate(benchmark::State& state, const std::string& precision) {
  auto model = shipped_resnet20();
  quantize_to_nearest(model);
  FullPrecisionPass full_precision;
  QuantizedPass quantized(QuantizedPass::Activations::kQuantized);
  Pass& pass = precision == "quantized" ? static_cast<Pass&>(quantized) : full_precision;
  LocalGroup group;
  for (auto _ : state) fashion_mnist().evaluate(model, pass, 2000, kEvaluationBatch, group);
}

/// The calibration data of every unit, in both streams.
void collect_streams(benchmark::State& state, const std::string& name) {
  auto model = fashion_mnist().make_model({name, {}});
  model.fold_batch_norm();
  quantize_to_nearest(model);
  const auto inputs = calibration(256);
  FullPrecisionPass full_precision_pass;
  QuantizedPass quantized_pass(QuantizedPass::Activations::kQuantized);
  MemoryStorage storage;
  for (auto _ : state) {
    Stream quantized(model, inputs);
    Stream full_precision(model, inputs);
    for (const Unit& unit : model.units(Granularity::kBlock)) {
      quantized.push(unit, run_unit(model, unit, quantized.inputs(unit), quantized_pass, storage));
      full_precision.push(
          unit, run_unit(model, unit, full_precision.inputs(unit), full_precision_pass, storage));
    }
  }
}

/// QDrop W4A4 with the published settings but 1,000 iterations a unit: ranges, reconstruction and
/// the evaluation of 10,000 images. Counters are seconds by stage.
void whole_cell(benchmark::State& state) {
  QuantizationRequest request;
  request.method = "qdrop";
  request.settings.iterations = 1000;
  for (auto _ : state) {
    auto model = shipped_resnet20();
    MemoryStorage storage;
    NoUnitCheckpoints checkpoints;
    LocalGroup group;
    const auto report = quantize_model(
        model, request, calibration(request.settings.calibration_samples), [](auto&&...) {},
        storage, checkpoints, group);
    QuantizedPass pass(QuantizedPass::Activations::kQuantized);
    fashion_mnist().evaluate(model, pass, 0, kEvaluationBatch, group);
    for (const auto& [stage, seconds] : report.seconds) state.counters[stage] = seconds;
  }
}

/// Six QDrop cells that differ in their seed, as a job of `ranks` ranks with one thread each.
void equal_cells(benchmark::State& state, int ranks) {
  const auto folder = std::filesystem::temp_directory_path() / "ptqbench_cells_benchmark";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const auto config = folder / "equal.yaml";
  std::ofstream(config) << "name: equal\ntask: image_classification\ndataset: fashion_mnist\n"
                           "models: [{name: resnet20, checkpoint: "
                        << PTQBENCH_SOURCE_DIR
                        << "/configs/checkpoints/resnet20_fashion_mnist.safetensors}]\n"
                           "bits: [w4a4]\nmethods: [qdrop]\nseeds: [1, 2, 3, 4, 5, 6]\n"
                           "settings: {iterations: 400, calibration_samples: 256}\n"
                           "evaluation: {samples: 1000}\nthreads: 1\n";
  const auto command =
      fmt::format("{}/scripts/mpirun.sh {} {} run {} --out {} >/dev/null 2>&1", PTQBENCH_SOURCE_DIR,
                  ranks, PTQBENCH_PROGRAM, config.string(), (folder / "run").string());
  for (auto _ : state) {
    std::filesystem::remove_all(folder / "run");
    if (std::system(command.c_str()) != 0) state.SkipWithError("the sweep failed");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace ptqbench::benchmarks

int main(int argc, char** argv) {
  using namespace ptqbench::benchmarks;
  ptqbench::keep_freed_memory();
  at::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  using benchmark::RegisterBenchmark;
  for (const char* precision : {"full_precision", "quantized"}) {
    RegisterBenchmark(fmt::format("evaluate/{}", precision).c_str(), evaluate, precision)
        ->Unit(benchmark::kMillisecond);
  }
  for (const char* model : {"resnet20", "resnet56"}) {
    RegisterBenchmark(fmt::format("streams/{}", model).c_str(), collect_streams, model)
        ->Unit(benchmark::kMillisecond);
  }
  RegisterBenchmark("cell/qdrop_w4a4_resnet20", whole_cell)
      ->Unit(benchmark::kSecond)
      ->Iterations(1);
  for (const int ranks : {1, 2}) {
    RegisterBenchmark(fmt::format("equal_cells/ranks{}", ranks).c_str(), equal_cells, ranks)
        ->Unit(benchmark::kSecond)
        ->Iterations(1)
        ->UseRealTime();
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
