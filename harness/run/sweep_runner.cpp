#include "harness/run/sweep_runner.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/parallel/scheduler.h"
#include "harness/run/cell_runner.h"
#include "harness/run/machine.h"
#include "harness/run/names.h"
#include "harness/run/plan.h"
#include "harness/run/progress.h"
#include "harness/run/report.h"
#include "harness/run/run_directory.h"
#include "methods/support/error.h"
#include "results/store.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

constexpr int kBadInput = 2;

/// What the ranks need to agree on before work starts; `error` instead of the rest when rank 0
/// could not prepare it.
struct Job {
  std::string error;
  std::string sweep_yaml;
  std::filesystem::path run_dir;
  std::vector<std::string> fingerprints;
  std::vector<size_t> items;
};

std::string to_text(const Job& job) {
  return Json{{"error", job.error},
              {"sweep", job.sweep_yaml},
              {"run_dir", job.run_dir.string()},
              {"fingerprints", job.fingerprints},
              {"items", job.items}}
      .dump();
}

Job from_text(const std::string& text) {
  const auto json = Json::parse(text);
  return {json.at("error"), json.at("sweep"), std::string(json.at("run_dir")),
          json.at("fingerprints"), json.at("items")};
}

/// The same list of cells on every rank: the planned ones, in the plan's order.
std::vector<Cell> planned_cells(const std::vector<PlannedCell>& plan) {
  std::vector<Cell> cells;
  for (const auto& planned : plan) cells.push_back(planned.cell);
  return cells;
}

WorkOutcome run_one(CellRunner& runner, const CellStore& store, const Cell& cell,
                    const std::string& fingerprint) {
  CellRecord record = runner.run(cell, fingerprint);
  try {
    record.attempt = previous_attempts(store, fingerprint) + 1;
    store.write(record);
  } catch (const std::exception& error) {
    return {false, fmt::format("the result could not be written: {}", error.what()),
            record.seconds};
  }
  if (record.status == CellStatus::kFailed) {
    return {false, fmt::format("{}: {}", record.failed_stage, record.failure_reason),
            record.seconds};
  }
  return {true, fmt::format("{:.2f}", record.metric), record.seconds};
}

/// Rank 0's part before the work: read, check, plan, prepare the folder.
std::vector<PlannedCell> prepare(const RunOptions& options, Job& job, SweepConfig& sweep) {
  sweep = load_sweep(options.config, options.set, known_names());
  job.run_dir = std::filesystem::absolute(
      options.out.empty() ? std::filesystem::path("runs") / sweep.name : options.out);
  if (!options.dry_run) check_run_directory(job.run_dir);
  auto plan = make_plan(sweep, options.filter, job.run_dir);
  job.items = pending_cells(plan);
  if (options.limit > 0 && job.items.size() > static_cast<size_t>(options.limit)) {
    job.items.resize(static_cast<size_t>(options.limit));
  }
  job.sweep_yaml = resolved_yaml(sweep);
  for (const auto& planned : plan) job.fingerprints.push_back(planned.fingerprint);
  return plan;
}

}  // namespace

int run_sweep(Communicator& communicator, const RunOptions& options) {
  const bool first = communicator.rank() == 0;
  Job job;
  SweepConfig sweep;
  std::vector<PlannedCell> plan;
  if (first) {
    try {
      plan = prepare(options, job, sweep);
      if (options.dry_run) {
        job.items.clear();
      } else {
        prepare_run_directory(job.run_dir, job.sweep_yaml);
      }
    } catch (const std::exception& error) {
      job.error = error.what();
    }
  }
  job = from_text(communicator.broadcast(to_text(job)));
  if (!job.error.empty()) {
    if (first) fmt::print(stderr, "ptqbench: {}\n", job.error);
    return kBadInput;
  }
  if (options.dry_run) {
    if (first) print_plan(plan, job.run_dir);
    return 0;
  }
  if (!first)
    sweep = parse_sweep(job.sweep_yaml, "sweep of rank 0", known_names(), {/*check_files=*/false});

  const int64_t threads = threads_for_rank(communicator, sweep.threads);
  at::set_num_threads(static_cast<int>(threads));
  const auto cells = first ? planned_cells(plan) : select_cells(expand(sweep), options.filter);
  if (cells.size() != job.fingerprints.size())
    throw std::logic_error("the ranks expanded different sweeps");

  const CellStore store(job.run_dir);
  CellRunner runner(communicator.rank(), threads);
  Progress progress(plan, first ? job.items : std::vector<size_t>(), communicator.size());
  if (first) {
    fmt::print(stderr, "{} cells, {} already done; {} rank(s), {} thread(s) each; results in {}\n",
               plan.size(), plan.size() - pending_cells(plan).size(), communicator.size(), threads,
               job.run_dir.string());
  }
  run_on_all_ranks(
      communicator, job.items,
      [&](size_t item) { return run_one(runner, store, cells[item], job.fingerprints[item]); },
      progress);
  if (!first) return 0;
  return collect_and_report(job.run_dir, sweep, job.fingerprints, progress.failures());
}

}  // namespace ptqbench
