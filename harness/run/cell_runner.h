#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "harness/run/plan.h"
#include "methods/reconstruction/stream_storage.h"
#include "results/cell_record.h"
#include "tasks/task.h"

namespace ptqbench {

/// Where a cell keeps its calibration streams.
enum class StreamPlace { kMemory, kMappedFiles };

/// Runs cells of one sweep on this rank, and keeps what they share: the opened data and
/// full-precision metrics.
class CellRunner {
 public:
  /// `rank` and `threads` go into the records; streams that are mapped go to `run_dir`. `task` is
  /// that of all cells; without one the first cell opens it.
  CellRunner(int rank, int64_t threads, std::filesystem::path run_dir,
             std::unique_ptr<Task> task = nullptr)
      : rank_(rank), threads_(threads), run_dir_(std::move(run_dir)), task_(std::move(task)) {}

  /// Load, fold, measure, quantize, measure again. Never throws on account of the cell: a failure
  /// is a record with the stage and the reason.
  CellRecord run(const Cell& cell, const std::string& fingerprint, StreamPlace streams);

 private:
  void run_stages(const Cell& cell, StreamPlace streams, CellRecord& record, std::string& stage);
  std::unique_ptr<StreamStorage> make_storage(StreamPlace streams) const;
  const Task& task_for(const Cell& cell);
  double full_precision_metric(const Cell& cell, const Task& task, const UnitGraph& model,
                               const std::string& checkpoint_hash);

  int rank_;
  int64_t threads_;
  std::filesystem::path run_dir_;
  std::unique_ptr<Task> task_;
  std::map<std::string, double> full_precision_;
};

}  // namespace ptqbench
