#include "harness/cells/cell_runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cells/cell_settings.h"
#include "harness/cells/full_precision_check.h"
#include "harness/cells/mapped_storage.h"
#include "harness/cells/measure_report.h"
#include "harness/cells/quantization_record.h"
#include "harness/cells/run_directory.h"
#include "harness/cells/saved_model.h"
#include "harness/devices/machine.h"
#include "harness/plan/cell_identity.h"
#include "harness/plan/cell_inputs.h"
#include "harness/plan/load_model.h"
#include "harness/plan/output_order.h"
#include "methods/reconstruction/quantize.h"
#include "support/data_error.h"
#include "support/nearest_name.h"
#include "support/printable.h"
#include "support/process_memory.h"
#include "support/stop_request.h"
#include "support/stopwatch.h"
#include "tasks/checkpoint/unit_checkpoint_files.h"

namespace ptqbench {
namespace {

/// Whether the next try would find the same.
bool is_lasting(const std::exception& error) {
  return dynamic_cast<const DataError*>(&error) != nullptr ||
         dynamic_cast<const ConfigError*>(&error) != nullptr;
}

}  // namespace

/// A cell on its way: what its stages leave for the next ones.
struct CellRunner::CellRun {
  const Cell& cell;
  StreamPlace streams;
  CellRecord& record;
  const Task* task = nullptr;
  LoadedModel loaded;
  /// The model's inputs, [S, ...] each, on the device.
  Tensors calibration;
};

/// One stage: its name is what a failure reports and its time is recorded under.
struct CellRunner::Stage {
  const char* name;
  void (CellRunner::*run)(CellRun& at);
  /// Done by the leader of the group alone, when the cell has succeeded on all members.
  bool leader_only = false;
};

std::vector<CellRunner::Stage> CellRunner::stages() const {
  std::vector<Stage> all = {
      {"open_data", &CellRunner::open_data},
      {"load", &CellRunner::load},
      {"full_precision", &CellRunner::measure_full_precision},
      {"calibration_data", &CellRunner::load_calibration_data},
      {"quantize", &CellRunner::quantize},
      {"evaluate", &CellRunner::evaluate},
      {"report", &CellRunner::report, /*leader_only=*/true},
  };
  if (saves_models_)
    all.insert(all.end() - 1, {"save_model", &CellRunner::save_model, /*leader_only=*/true});
  return all;
}

void CellRunner::run_stages(CellRun& at, std::string& stage) {
  bool concluded = false;
  for (const Stage& next : stages()) {
    if (next.leader_only && !concluded) {
      group_.conclude();
      concluded = true;
    }
    if (next.leader_only && !group_.leads()) return;
    stage = next.name;
    return_freed_memory();
    const Stopwatch watch;
    (this->*next.run)(at);
    at.record.stage_seconds[next.name] += watch.seconds();
  }
}

void CellRunner::open_data(CellRun& at) { at.task = &tasks_.open(at.cell.task); }

void CellRunner::load(CellRun& at) {
  at.loaded = load_model(*at.task, at.cell);
  at.loaded.graph.move_to(device_);
  at.record.provenance[kCheckpointHash] = at.loaded.checkpoint_hash;
  at.record.provenance.insert(at.loaded.checkpoint_facts.begin(), at.loaded.checkpoint_facts.end());
}

void CellRunner::measure_full_precision(CellRun& at) {
  const EvaluationOptions& options = at.cell.evaluation;
  const auto key =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", task_key(at.cell.task), at.cell.model,
                  model_config_hash(*at.task, at.cell), join(at.cell.labels),
                  at.loaded.checkpoint_hash, checkpoint_choice(at.cell.checkpoint_options),
                  options.samples);
  bool is_new = false;
  at.record.full_precision_metric = full_precision_.get(key, group_, [&] {
    is_new = true;
    FullPrecisionPass pass;
    return at.task->evaluate(at.loaded.graph, pass, options.samples, options.batch_size, group_)
        .value;
  });
  const EvaluatedSamples samples{options.samples, at.task->evaluation_population()};
  check_full_precision(at.cell.full_precision, samples, at.record);
  const auto note =
      below_chance_note(at.record.full_precision_metric, at.task->chance(), samples);
  if (note.empty()) return;
  at.record.provenance[kFullPrecisionNote] = note;
  if (is_new && group_.leads())
    fmt::print(stderr, "warning: {}: {}\n", cell_label(at.cell), note);
}

void CellRunner::load_calibration_data(CellRun& at) {
  CellOpener opener(*at.task);
  opener.know(at.cell.checkpoint, at.loaded.checkpoint_hash);
  const CellInputs inputs = opener.open(at.cell);
  at.record.calibration_ids = *inputs.calibration_ids;
  at.record.provenance["data_sha256"] = inputs.hashes.data;
  at.record.provenance["calibration_ids_sha256"] = inputs.hashes.calibration_ids;
  // The plan was made from rank 0's files, perhaps long ago.
  if (fingerprint(at.cell, inputs.hashes) != at.record.fingerprint) {
    throw Error(
        fmt::format("{} or the data set changed after the plan was made, or differs on "
                    "this host; run the sweep again",
                    at.cell.checkpoint.string()));
  }
  at.calibration = on_device(at.task->calibration_inputs(at.record.calibration_ids), device_);
}

void CellRunner::quantize(CellRun& at) {
  CellRecord& record = at.record;
  const QuantizationRequest request{at.cell.bits, at.cell.method,
                                    static_cast<uint64_t>(at.cell.seed), at.cell.settings};
  const auto storage = make_storage(at.streams);
  UnitCheckpointFiles checkpoints(unit_folder(run_dir_, record.fingerprint), made_with());
  const auto report = quantize_model(
      at.loaded.graph, request, at.calibration, [](auto&&...) {}, *storage, checkpoints, group_);
  record.provenance["restored_units"] = std::to_string(report.restored_units);
  for (const auto& unit : report.units) record.units.push_back(unit_record(unit));
  for (const auto& [name, seconds] : report.seconds) record.stage_seconds[name] = seconds;
  record.quantizers = quantizer_records(at.loaded.graph, at.cell.settings);
}

void CellRunner::evaluate(CellRun& at) {
  const EvaluationOptions& options = at.cell.evaluation;
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  const auto metrics =
      at.task->evaluate(at.loaded.graph, pass, options.samples, options.batch_size, group_);
  at.record.metric_name = metrics.name;
  at.record.higher_is_better = metrics.higher_is_better;
  at.record.metric = metrics.value;
  at.record.further_metrics = metrics.further;
  const auto notes = at.task->notes();
  if (!notes.empty())
    at.record.provenance[kDataNotes] = fmt::format("{}", fmt::join(notes, "; "));
}

void CellRunner::save_model(CellRun& at) {
  save_cell_model(model_file(run_dir_, at.record.fingerprint), at.loaded.graph, at.cell, at.record);
}

void CellRunner::report(CellRun& at) {
  const auto storage = make_storage(at.streams);
  measure_report(*at.task, at.loaded.graph, at.cell, *storage, at.record);
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
    CellRun at{cell, streams, record, nullptr, {}, {}};
    run_stages(at, stage);
    record.status = CellStatus::kFinished;
  } catch (const Stopped& stopped) {
    group_.leave(DeviceGroup::Reason::kStopped, stopped.what());
    throw;
  } catch (const std::exception& error) {
    group_.leave(DeviceGroup::Reason::kFailed, error.what());
    record.status = CellStatus::kFailed;
    record.failed_stage = stage;
    record.failure_reason = printable(error.what());
    if (is_lasting(error)) record.provenance[kLastingFailure] = "yes";
  }
  record.seconds = watch.seconds();
  record.memory_bytes =
      streams == StreamPlace::kMemory ? private_memory_peak() : heap_memory_peak();
  return record;
}

}  // namespace ptqbench
