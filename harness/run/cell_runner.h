#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "harness/run/plan.h"
#include "results/cell_record.h"
#include "tasks/task.h"

namespace ptqbench {

/// Runs cells of one sweep on this rank, and keeps what they share: the opened data and
/// full-precision metrics.
class CellRunner {
 public:
  /// `rank` and `threads` go into the records. `task` is that of all cells; without one the first
  /// cell opens it.
  CellRunner(int rank, int64_t threads, std::unique_ptr<Task> task = nullptr)
      : rank_(rank), threads_(threads), task_(std::move(task)) {}

  /// Load, fold, measure, quantize, measure again. Never throws on account of the cell: a failure
  /// is a record with the stage and the reason.
  CellRecord run(const Cell& cell, const std::string& fingerprint);

 private:
  void run_stages(const Cell& cell, CellRecord& record, std::string& stage);
  const Task& task_for(const Cell& cell);
  double full_precision_metric(const Cell& cell, const Task& task, const UnitGraph& model,
                               const std::string& checkpoint_hash);

  int rank_;
  int64_t threads_;
  std::unique_ptr<Task> task_;
  std::map<std::string, double> full_precision_;
};

}  // namespace ptqbench
