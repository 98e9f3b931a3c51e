#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/cells/full_precision_metrics.h"
#include "harness/config/cell.h"
#include "harness/plan/task_set.h"
#include "methods/reconstruction/stream_storage.h"
#include "results/cells/cell_record.h"
#include "tasks/task.h"

namespace ptqbench {

/// Where a cell keeps its calibration streams.
enum class StreamPlace { kMemory, kMappedFiles };

/// Runs cells of one sweep on this rank, and keeps what they share: the opened tasks and
/// full-precision metrics.
class CellRunner {
 public:
  /// Cells run on `device`, which goes into the records with `rank` and `threads`, together with
  /// the other members of `group`, which must outlive this; streams that are mapped and finished
  /// units go to `run_dir`. `tasks` are those that are open already.
  CellRunner(int rank, int64_t threads, const at::Device& device, DeviceGroup& group,
             std::filesystem::path run_dir, TaskSet tasks = {})
      : rank_(rank),
        threads_(threads),
        device_(device),
        group_(group),
        run_dir_(std::move(run_dir)),
        tasks_(std::move(tasks)) {}

  /// From now on the quantized model of each finished cell goes to `run_dir`, too.
  void save_models() { saves_models_ = true; }

  int rank() const { return rank_; }
  DeviceGroup& group() const { return group_; }

  /// Load, fold, measure, quantize, measure again. Never throws on account of the cell: a failure
  /// is a record with the stage and the reason. Units that an earlier run finished are taken over.
  /// All members of the group, which has begun, run the same cell; a failure of one fails all.
  /// Throws Stopped if one of them was asked to stop.
  CellRecord run(const Cell& cell, const std::string& fingerprint, StreamPlace streams);

 private:
  struct CellRun;
  struct Stage;

  /// In their order.
  std::vector<Stage> stages() const;
  /// `stage` says at any time which one is on.
  void run_stages(CellRun& at, std::string& stage);

  void open_data(CellRun& at);
  void load(CellRun& at);
  void measure_full_precision(CellRun& at);
  void load_calibration_data(CellRun& at);
  void quantize(CellRun& at);
  void evaluate(CellRun& at);
  void save_model(CellRun& at);
  void report(CellRun& at);

  std::unique_ptr<StreamStorage> make_storage(StreamPlace streams) const;
  std::map<std::string, std::string> made_with() const;

  int rank_;
  int64_t threads_;
  at::Device device_;
  DeviceGroup& group_;
  std::filesystem::path run_dir_;
  TaskSet tasks_;
  bool saves_models_ = false;
  FullPrecisionMetrics full_precision_;
};

}  // namespace ptqbench
