#include "harness/jobs/full_precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

#include "harness/cells/full_precision_check.h"
#include "harness/config/sweep.h"
#include "harness/devices/blas.h"
#include "harness/devices/machine.h"
#include "harness/devices/placement.h"
#include "harness/plan/cell_identity.h"
#include "harness/plan/load_model.h"
#include "harness/plan/names.h"
#include "harness/plan/plan.h"
#include "harness/plan/task_set.h"
#include "support/error.h"
#include "support/exit_code.h"
#include "support/stopwatch.h"

namespace ptqbench {
namespace {

/// The cells' models, each once: the first cell of each.
std::vector<Cell> one_cell_a_model(const std::vector<Cell>& cells) {
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::string>> seen;
  std::vector<Cell> first;
  for (const Cell& cell : cells) {
    const bool is_new = seen.insert({task_key(cell.task), cell.model_label, cell.model,
                                     cell.model_config.string(), cell.checkpoint.string()})
                            .second;
    if (is_new) first.push_back(cell);
  }
  return first;
}

/// "top1_accuracy 94.07, f1 90.11"
std::string metrics_text(const Metrics& metrics) {
  auto text = fmt::format("{} {:.2f}", metrics.name, metrics.value);
  for (const auto& [name, value] : metrics.further) text += fmt::format(", {} {:.2f}", name, value);
  return text;
}

/// Whether the metric is what the cell expects; why not, or how far that can be said, goes to
/// `verdict`.
bool is_expected(const Cell& cell, const Task& task, double metric, std::string& verdict) {
  if (!cell.full_precision.expected) {
    verdict = "nothing expected";
    return true;
  }
  FullPrecisionGate gate = cell.full_precision;
  gate.on_mismatch = OnMismatch::kFail;
  CellRecord record = unrun_record(cell, "");
  record.full_precision_metric = metric;
  try {
    check_full_precision(gate, {cell.evaluation.samples, task.evaluation_population()}, record);
    verdict = record.provenance.at(kFullPrecisionGate);
    return true;
  } catch (const Error& error) {
    verdict = error.what();
    return false;
  }
}

}  // namespace

int measure_full_precision(const Communicator& communicator, const FullPrecisionOptions& options) {
  const auto sweep = load_sweep(options.config, options.set, known_names());
  require_checkpoints(sweep);
  const auto device = place_ranks({rank_devices(communicator)}, sweep.device).front();
  prepare_device(device);
  const auto cores = static_cast<int64_t>(allowed_cores().size());
  set_threads(sweep.threads > 0 ? sweep.threads : std::max<int64_t>(1, cores));
  TaskSet tasks;
  LocalGroup alone;
  int code = 0;
  for (const Cell& cell : one_cell_a_model(select_cells(expand(sweep), options.filter))) {
    const Stopwatch watch;
    const Task& task = tasks.open(cell.task);
    auto model = load_model(task, cell).graph;
    model.move_to(device);
    FullPrecisionPass pass;
    const auto metrics =
        task.evaluate(model, pass, cell.evaluation.samples, cell.evaluation.batch_size, alone);
    std::string verdict;
    if (!is_expected(cell, task, metrics.value, verdict)) code = exit_code::kFailed;
    fmt::print("{} {}: {} ({:.0f} s); {}\n", cell.task.dataset.name, cell.model_label,
               metrics_text(metrics), watch.seconds(), verdict);
    std::fflush(stdout);
  }
  return code;
}

}  // namespace ptqbench
