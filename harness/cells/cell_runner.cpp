#include "harness/cells/cell_runner.h"

#include <fmt/format.h>

#include "harness/cells/cell_settings.h"
#include "harness/cells/full_precision_check.h"
#include "harness/cells/mapped_storage.h"
#include "harness/cells/measure_report.h"
#include "harness/cells/run_directory.h"
#include "harness/cells/saved_model.h"
#include "harness/devices/machine.h"
#include "harness/plan/cell_identity.h"
#include "harness/plan/load_model.h"
#include "harness/plan/output_order.h"
#include "methods/reconstruction/quantize.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "support/printable.h"
#include "support/process_memory.h"
#include "support/stop_request.h"
#include "support/stopwatch.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/checkpoint/unit_checkpoint_files.h"

namespace ptqbench {
namespace {

/// Runs one stage of a cell: its name is what a failure reports, its time is recorded.
template <class Body>
void timed_stage(CellRecord& record, std::string& stage, const std::string& name, Body body) {
  stage = name;
  return_freed_memory();
  const Stopwatch watch;
  body();
  record.stage_seconds[name] += watch.seconds();
}

UnitRecord unit_record(const UnitReport& report) {
  UnitRecord record;
  record.name = report.unit;
  record.phase = report.phase;
  record.kind = report.kind;
  record.block = report.block;
  record.iterations = report.curve.iteration.empty() ? 0 : report.curve.iteration.back() + 1;
  record.seconds = report.seconds;
  record.error_before = report.error_before;
  record.error_after = report.error_after;
  record.weights = report.weights;
  record.flipped_weights = report.flipped_weights;
  for (size_t i = 0; i < report.curve.iteration.size(); ++i) {
    const double reconstruction = report.curve.reconstruction[i];
    const double rounding = report.curve.rounding[i];
    record.loss_curve.push_back(
        {report.curve.iteration[i], reconstruction + rounding, reconstruction, rounding});
  }
  return record;
}

std::vector<float> floats(const at::Tensor& tensor) {
  const auto flat = tensor.cpu().contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

template <class Site>
void add_quantizer(const Site& site, const Unit& unit, QuantizerKind kind,
                   const MethodSettings& settings, std::vector<QuantizerRecord>& records) {
  if (!site.quantizer) return;
  const bool weight = kind == QuantizerKind::kWeight;
  QuantizerRecord record;
  record.name = site.name;
  record.unit = unit.name;
  record.kind = kind;
  record.bits = site.bits;
  record.symmetric = weight ? settings.weight_symmetric : settings.activation_symmetric;
  record.granularity = weight && settings.weight_per_channel ? "channel" : "tensor";
  record.range_estimator = weight ? settings.weight_range : settings.activation_range;
  record.scale = floats(site.quantizer->scale);
  record.zero_point = floats(site.quantizer->zero_point);
  records.push_back(std::move(record));
}

std::vector<QuantizerRecord> quantizer_records(const UnitGraph& model,
                                               const MethodSettings& settings) {
  std::vector<QuantizerRecord> records;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    for (const auto* site : weight_sites(model, unit)) {
      add_quantizer(*site, unit, QuantizerKind::kWeight, settings, records);
    }
    for (const auto* site : activation_sites(model, unit)) {
      add_quantizer(*site, unit, QuantizerKind::kActivation, settings, records);
    }
  }
  return records;
}

}  // namespace

double CellRunner::full_precision_metric(const Cell& cell, const Task& task, const UnitGraph& model,
                                         const std::string& checkpoint_hash) {
  const auto key = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", task_key(cell.task), cell.model,
                               model_config_hash(task, cell), join(cell.labels), checkpoint_hash,
                               cell.evaluation.samples);
  const auto known = full_precision_.find(key);
  if (known != full_precision_.end()) return known->second;
  FullPrecisionPass pass;
  const double metric =
      task.evaluate(model, pass, cell.evaluation.samples, cell.evaluation.batch_size, group_).value;
  full_precision_.emplace(key, metric);
  return metric;
}

std::unique_ptr<StreamStorage> CellRunner::make_storage(StreamPlace streams) const {
  if (streams == StreamPlace::kMemory) return std::make_unique<MemoryStorage>();
  return std::make_unique<MappedStorage>(run_dir_);
}

/// What decides the last bits of a unit beside the cell's settings.
std::map<std::string, std::string> CellRunner::made_with() const {
  auto facts = versions();
  facts["threads"] = std::to_string(threads_);
  facts[kDevicesPerCell] = std::to_string(group_.size());
  facts["device"] = c10::DeviceTypeName(device_.type(), /*lower_case=*/true);
  return facts;
}

CellRecord CellRunner::run(const Cell& cell, const std::string& fingerprint, StreamPlace streams) {
  CellRecord record = unrun_record(cell, fingerprint);
  record.host = host_name();
  record.device = device_.str();
  record.rank = rank_;
  record.threads = threads_;
  record.started_at = utc_now();
  record.settings = cell_settings(cell);
  record.provenance = versions();
  record.provenance["format_version"] = std::to_string(kResultFormatVersion);
  record.provenance["checkpoint"] = cell.checkpoint.string();
  record.provenance[kDevicesPerCell] = std::to_string(group_.size());

  begin_memory_peak();
  const Stopwatch watch;
  std::string stage = "start";
  try {
    run_stages(cell, streams, record, stage);
    record.status = CellStatus::kFinished;
  } catch (const Stopped& stopped) {
    group_.leave(DeviceGroup::Reason::kStopped, stopped.what());
    throw;
  } catch (const std::exception& error) {
    group_.leave(DeviceGroup::Reason::kFailed, error.what());
    record.status = CellStatus::kFailed;
    record.failed_stage = stage;
    record.failure_reason = printable(error.what());
  }
  record.seconds = watch.seconds();
  record.memory_bytes =
      streams == StreamPlace::kMemory ? private_memory_peak() : heap_memory_peak();
  return record;
}

void CellRunner::run_stages(const Cell& cell, StreamPlace streams, CellRecord& record,
                            std::string& stage) {
  stage = "open data";
  const Task& task = tasks_.open(cell.task);
  LoadedModel loaded;
  timed_stage(record, stage, "load", [&] {
    loaded = load_model(task, cell);
    loaded.graph.move_to(device_);
  });
  UnitGraph& model = loaded.graph;
  const std::string& checkpoint_hash = loaded.checkpoint_hash;
  record.provenance[kCheckpointHash] = checkpoint_hash;
  timed_stage(record, stage, "full_precision", [&] {
    const size_t known = full_precision_.size();
    record.full_precision_metric = full_precision_metric(cell, task, model, checkpoint_hash);
    check_full_precision(cell.full_precision,
                         {cell.evaluation.samples, task.evaluation_population()}, record);
    const auto note = below_chance_note(record.full_precision_metric, task.chance(),
                                        {cell.evaluation.samples, task.evaluation_population()});
    if (note.empty()) return;
    record.provenance[kFullPrecisionNote] = note;
    const bool is_new = full_precision_.size() > known;
    if (is_new && group_.leads()) fmt::print(stderr, "warning: {}: {}\n", cell_label(cell), note);
  });
  Tensors calibration;
  timed_stage(record, stage, "calibration_data", [&] {
    record.calibration_ids = calibration_ids(task, cell);
    const InputHashes hashes{checkpoint_hash, model_config_hash(task, cell), task.data_key(),
                             calibration_ids_hash(record.calibration_ids)};
    record.provenance["data_sha256"] = hashes.data;
    record.provenance["calibration_ids_sha256"] = hashes.calibration_ids;
    // The plan was made from rank 0's files, perhaps long ago.
    if (fingerprint(cell, hashes) != record.fingerprint) {
      throw Error(
          fmt::format("{} or the data set changed after the plan was made, or differs on "
                      "this host; run the sweep again",
                      cell.checkpoint.string()));
    }
    calibration = on_device(task.calibration_inputs(record.calibration_ids), device_);
  });
  timed_stage(record, stage, "quantize", [&] {
    QuantizationRequest request{cell.bits, cell.method, static_cast<uint64_t>(cell.seed),
                                cell.settings};
    const auto storage = make_storage(streams);
    UnitCheckpointFiles checkpoints(unit_folder(run_dir_, record.fingerprint), made_with());
    const auto report = quantize_model(
        model, request, calibration, [](auto&&...) {}, *storage, checkpoints, group_);
    record.provenance["restored_units"] = std::to_string(report.restored_units);
    for (const auto& unit : report.units) record.units.push_back(unit_record(unit));
    for (const auto& [name, seconds] : report.seconds) record.stage_seconds[name] = seconds;
  });
  record.quantizers = quantizer_records(model, cell.settings);
  timed_stage(record, stage, "evaluate", [&] {
    QuantizedPass pass(QuantizedPass::Activations::kQuantized);
    const auto metrics =
        task.evaluate(model, pass, cell.evaluation.samples, cell.evaluation.batch_size, group_);
    record.metric_name = metrics.name;
    record.higher_is_better = metrics.higher_is_better;
    record.metric = metrics.value;
    record.further_metrics = metrics.further;
  });
  group_.conclude();
  if (!group_.leads()) return;
  if (saves_models_) {
    timed_stage(record, stage, "save_model", [&] {
      save_cell_model(model_file(run_dir_, record.fingerprint), model, cell, record);
    });
  }
  timed_stage(record, stage, "report", [&] { measure_report(task, model, cell, record); });
}

}  // namespace ptqbench
