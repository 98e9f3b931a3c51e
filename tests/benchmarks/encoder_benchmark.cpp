// One iteration of QDrop's reconstruction of the two blocks of a BERT-base encoder layer (32
// sequences of 128 tokens), and the same block's matrix products alone. The ratio of the two is
// what scripts/bench.sh prints.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>

#include "methods/nn/bit_policy.h"
#include "methods/recipes/registry.h"
#include "methods/reconstruction/calibrate.h"
#include "methods/reconstruction/engine.h"
#include "methods/reconstruction/streams.h"
#include "support/process_memory.h"
#include "tasks/models/bert.h"

namespace ptqbench::benchmarks {
namespace {

constexpr int64_t kSamples = 64;
constexpr int64_t kBatch = 32;
constexpr int64_t kLength = 128;
/// Long enough that the regulariser is on most of the time, as in a published run.
constexpr int64_t kIterations = 20000;

BertConfig one_layer() {
  BertConfig config = bert_config("bert_base");
  config.num_hidden_layers = 1;
  // The table of words is no part of what is measured.
  config.vocab_size = 1000;
  return config;
}

/// A block of the layer, ready to be reconstructed at E8W4A4.
struct Block {
  UnitGraph model;
  Unit unit;
  UnitData data;
  MethodSettings settings;
  Phase phase;
};

Block make_block(const std::string& part) {
  at::manual_seed(1);
  const torch::NoGradGuard no_grad;
  Block made;
  made.model = bert_for_sequences(one_layer(), 2);
  made.settings.iterations = kIterations;
  made.settings.batch_size = kBatch;
  // What ranges are does not matter here, and these are found at once.
  made.settings.weight_range = made.settings.activation_range = "min_max";
  const auto ids = at::randint(0, 1000, {kSamples, kLength}, at::kLong);
  const Tensors inputs = {ids, at::zeros_like(ids), at::ones_like(ids)};
  assign_bits(made.model, {4, 4, 8}, {"none"});
  calibrate_weights(made.model, made.settings);
  calibrate_activations(made.model, made.settings, RangeSource::kFullPrecision, inputs);
  made.phase = make_recipe("qdrop", made.settings).phases.at(0);
  Stream quantized(made.model, inputs);
  Stream full_precision(made.model, inputs);
  MemoryStorage storage;
  FullPrecisionPass full_precision_pass;
  QuantizedPass quantized_pass(QuantizedPass::Activations::kQuantized);
  for (const Unit& unit : made.model.units(Granularity::kBlock)) {
    UnitData data{quantized.inputs(unit),
                  full_precision.inputs(unit),
                  {},
                  inputs[2],
                  all_samples(inputs[2].size(0))};
    data.targets =
        run_unit(made.model, unit, data.full_precision_inputs, full_precision_pass, storage);
    if (unit.name == "bert.encoder.layer.0." + part) {
      made.unit = unit;
      made.data = data;
      return made;
    }
    quantized.push(unit,
                   run_unit(made.model, unit, data.quantized_inputs, quantized_pass, storage));
    full_precision.push(unit, data.targets);
  }
  throw std::logic_error("no block is called " + part);
}

void iteration(benchmark::State& state, const std::string& part) {
  const auto block = make_block(part);
  PhiloxSource random(1, part);
  LocalGroup group;
  UnitReconstruction reconstruction(block.model, block.unit, block.data, block.phase,
                                    block.settings, random, group);
  int64_t t = kIterations / 2;
  for (auto _ : state) benchmark::DoNotOptimize(reconstruction.iterate(t++));
}

/// y = x W^T with its gradients; that of x only where something before it learns.
void linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& grad,
            bool needs_input_gradient) {
  const auto rows = x.flatten(0, 1);
  const auto grad_rows = grad.flatten(0, 1);
  benchmark::DoNotOptimize(at::matmul(rows, weight.t()));
  benchmark::DoNotOptimize(at::matmul(grad_rows.t(), rows));
  if (needs_input_gradient) benchmark::DoNotOptimize(at::matmul(grad_rows, weight));
}

/// a b with both gradients.
void product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& grad) {
  benchmark::DoNotOptimize(at::matmul(a, b));
  benchmark::DoNotOptimize(at::matmul(grad, b.transpose(2, 3)));
  benchmark::DoNotOptimize(at::matmul(a.transpose(2, 3), grad));
}

void products(benchmark::State& state, const std::string& part) {
  at::manual_seed(1);
  const torch::NoGradGuard no_grad;
  const auto config = one_layer();
  const int64_t width = config.hidden_size;
  const int64_t heads = config.num_attention_heads;
  const auto x = at::randn({kBatch, kLength, width});
  const auto square = at::randn({width, width});
  const auto up = at::randn({config.intermediate_size, width});
  const auto wide = at::randn({kBatch, kLength, config.intermediate_size});
  const auto head = at::randn({kBatch, heads, kLength, width / heads});
  const auto scores = at::randn({kBatch, heads, kLength, kLength});
  for (auto _ : state) {
    if (part == "attention") {
      for (int i = 0; i < 3; ++i) linear(x, square, x, false);
      product(head, head.transpose(2, 3), scores);
      product(scores, head, head);
      linear(x, square, x, true);
    } else {
      linear(x, up, wide, false);
      linear(wide, up.t().contiguous(), x, true);
    }
  }
}

}  // namespace
}  // namespace ptqbench::benchmarks

int main(int argc, char** argv) {
  using namespace ptqbench::benchmarks;
  ptqbench::keep_freed_memory();
  at::set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (const std::string part : {"attention", "feed_forward"}) {
    for (const auto& [kind, function] : {std::pair{"iteration", iteration}, {"products", products}})
      benchmark::RegisterBenchmark(fmt::format("{}/{}", kind, part).c_str(), function, part)
          ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
