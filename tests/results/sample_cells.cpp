#include "tests/results/sample_cells.h"

namespace ptqbench {

std::string fingerprint_of(char digit) { return std::string(64, digit); }

CellRecord full_cell() {
  CellRecord cell;
  cell.fingerprint = fingerprint_of('a');
  cell.task = "classification";
  cell.dataset = "fashion_mnist";
  cell.model = "resnet20";
  cell.method = "qdrop";
  cell.bits = {2, 4};
  cell.seed = -3;
  cell.metric_name = "top1_accuracy";
  cell.higher_is_better = false;
  cell.metric = 100.0 / 3.0;
  cell.full_precision_metric = 94.1;
  cell.further_metrics = {{"top5_accuracy", 99.0}, {"loss", 0.25}};
  cell.seconds = 12.5;
  cell.stage_seconds = {{"calibrate", 2.5}, {"reconstruct", 10}};
  cell.host = "node7";
  cell.device = "cpu";
  cell.rank = 5;
  cell.threads = 2;
  cell.memory_bytes = 300'000'000;
  cell.started_at = "2024-05-01T12:00:00Z";
  cell.attempt = 2;
  cell.settings = {{"iterations", int64_t{20000}},
                   {"drop_probability", 0.5},
                   {"weight_symmetric", true},
                   {"activation_range", std::string("mse")},
                   {"a_note", std::string("größer, leer: \"\"")},
                   {"empty", std::string()}};
  cell.provenance = {{"checkpoint_sha256", fingerprint_of('c')}, {"code_version", "1.2.3"}};
  cell.calibration_ids = {7, 1, 59999};
  cell.units = {{"layer1.0",
                 "block",
                 "layer1.0",
                 "rounding",
                 20000,
                 4.5,
                 0.125,
                 0.0625,
                 {{0, 1.5, 1.0, 0.5}, {100, 0.75, 0.5, 0.25}},
                 36864,
                 5120},
                {"fc", "layer", "fc", "steps", 500, 0.5, kNotMeasured, kNotMeasured, {}},
                {"fc", "layer", "", "rounding", 10, 0.5, 1, 2, {{9, 3, 2, 1}}}};
  cell.held_out_ids = {3, 4};
  cell.block_noise = {{"layer1.0", "block", 17.5},
                      {"fc", "layer", std::numeric_limits<double>::infinity()}};
  cell.flatness = {{"calibration", 64, 0.01, 2, 0.25, 1e-3},
                   {"calibration", 64, 0.1, 2, 0.25, 0.5},
                   {"test", 32, 0.01, 2, 0.5, kNotMeasured}};
  cell.quantizers = {
      {"conv1.weight",
       "layer1.0",
       QuantizerKind::kWeight,
       2,
       true,
       "channel",
       "mse",
       {0.1F, 0.2F, 0.3F},
       {0, 1, 2}},
      {"conv1.input",
       "layer1.0",
       QuantizerKind::kActivation,
       4,
       false,
       "tensor",
       "min_max",
       {1e-30F},
       {7}},
      {"off", "fc", QuantizerKind::kActivation, 32, false, "tensor", "none", {}, {}}};
  return cell;
}

CellRecord simple_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed,
                       double metric) {
  CellRecord cell;
  cell.fingerprint = fingerprint_of(digit);
  cell.task = "classification";
  cell.dataset = "fashion_mnist";
  cell.model = model;
  cell.method = method;
  cell.bits = {weight_bits, activation_bits};
  cell.seed = seed;
  cell.metric_name = "top1_accuracy";
  cell.metric = metric;
  cell.full_precision_metric = 94;
  return cell;
}

CellRecord failed_cell(char digit, const std::string& model, int64_t weight_bits,
                       int64_t activation_bits, const std::string& method, int64_t seed) {
  CellRecord cell =
      simple_cell(digit, model, weight_bits, activation_bits, method, seed, kNotMeasured);
  cell.status = CellStatus::kFailed;
  cell.failed_stage = "reconstruct";
  cell.failure_reason = "out of memory";
  return cell;
}

}  // namespace ptqbench
