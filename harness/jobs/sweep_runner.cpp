#include "harness/jobs/sweep_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "harness/cells/cell_attempt.h"
#include "harness/cells/recovery.h"
#include "harness/cells/run_directory.h"
#include "harness/cells/run_lock.h"
#include "harness/devices/blas.h"
#include "harness/devices/machine.h"
#include "harness/devices/placement.h"
#include "harness/jobs/stop_signals.h"
#include "harness/parallel/rank_groups.h"
#include "harness/parallel/rank_message.h"
#include "harness/parallel/scheduler.h"
#include "harness/plan/available_sweep.h"
#include "harness/plan/checkpoint_check.h"
#include "harness/plan/cost_model.h"
#include "harness/plan/data_report.h"
#include "harness/plan/names.h"
#include "harness/plan/plan.h"
#include "harness/shown/plan_notes.h"
#include "harness/shown/progress.h"
#include "harness/shown/report.h"
#include "harness/shown/schedule_report.h"
#include "support/error.h"
#include "support/exit_code.h"
#include "support/nearest_name.h"
#include "support/printable.h"
#include "support/stop_request.h"

namespace ptqbench {
namespace {

using Json = nlohmann::json;

/// What the ranks need to agree on before work starts; an exit code and a message instead of the
/// rest when rank 0 could not prepare it.
struct Job {
  int exit_code = 0;
  std::string error;
  std::string sweep_yaml;
  std::filesystem::path run_dir;
  std::vector<std::string> fingerprints;
  std::vector<size_t> items;
  /// By cell: 1 where its streams go to mapped files.
  std::vector<int> mapped_streams;
};

std::string to_text(const Job& job) {
  return to_message({{"exit_code", job.exit_code},
                     {"error", job.error},
                     {"sweep", job.sweep_yaml},
                     {"run_dir", job.run_dir.string()},
                     {"fingerprints", job.fingerprints},
                     {"items", job.items},
                     {"mapped_streams", job.mapped_streams}});
}

Job from_text(const std::string& text) {
  const auto json = from_message(text);
  return {json.at("exit_code"),     json.at("error"),
          json.at("sweep"),         std::string(json.at("run_dir")),
          json.at("fingerprints"),  json.at("items"),
          json.at("mapped_streams")};
}

/// What rank 0 knows before the work.
struct Preparation {
  std::unique_ptr<RunLock> lock;
  SweepConfig sweep;
  std::vector<PlannedCell> plan;
  TaskSet tasks;
  /// What a dry run could do without.
  std::vector<std::string> missing;
  /// Another job holds the run directory of a dry run.
  bool in_use = false;
};

std::filesystem::path run_directory(const RunOptions& options, const SweepConfig& sweep) {
  return std::filesystem::absolute(options.out.empty() ? std::filesystem::path("runs") / sweep.name
                                                       : options.out);
}

/// Finished cells of which no model was kept are to do again.
void want_models(const std::filesystem::path& run_dir, std::vector<PlannedCell>& plan) {
  int64_t missing = 0;
  for (PlannedCell& planned : plan) {
    std::error_code ignored;
    if (!planned.selected || !planned.done ||
        std::filesystem::exists(model_file(run_dir, planned.fingerprint), ignored))
      continue;
    planned.done = false;
    ++missing;
  }
  if (missing == 0) return;
  fmt::print(stderr, "--save-models: {} finished cell{} again, since {} saved\n", missing,
             missing == 1 ? " runs" : "s run",
             missing == 1 ? "its model was not" : "their models were not");
}

/// What would fail cell by cell is said before any runs.
void require_usable_checkpoints(const std::vector<PlannedCell>& plan, TaskSet& tasks) {
  const auto problems = unusable_checkpoints(plan, tasks);
  if (!problems.empty()) throw ConfigError(join(problems, "\n"));
}

/// The plan as far as this machine has what it needs.
Preparation prepare_dry_run(const RunOptions& options, Job& job) {
  Preparation ready;
  if (options.check_data) require_good_data(options.config, options.set);
  auto available = load_available_sweep(options.config, options.set);
  ready.sweep = std::move(available.sweep);
  ready.tasks = std::move(available.tasks);
  ready.missing = std::move(available.missing);
  job.run_dir = run_directory(options, ready.sweep);
  ready.plan = ready.missing.empty()
                   ? make_plan(ready.sweep, options.filter, ready.tasks, job.run_dir)
                   : make_plan_without_files(ready.sweep, options.filter, ready.tasks);
  ready.in_use = RunLock::held(job.run_dir);
  if (!ready.in_use) find_crashed_cells(job.run_dir, ready.plan, ready.sweep.crash_limit);
  if (options.save_models) want_models(job.run_dir, ready.plan);
  return ready;
}

/// Rank 0's part before the work: read, check, plan, prepare the folder.
Preparation prepare(const Communicator& communicator, const RunOptions& options, Job& job) {
  Preparation ready;
  ready.sweep = load_sweep(options.config, options.set, known_names());
  // Of rank 0 alone, before anything is written; all ranks are placed later.
  place_ranks({rank_devices(communicator)}, ready.sweep.device);
  job.run_dir = run_directory(options, ready.sweep);
  check_run_directory(job.run_dir);
  RunLock::check_free(job.run_dir);
  ready.plan = make_plan(ready.sweep, options.filter, ready.tasks, job.run_dir);
  require_usable_checkpoints(ready.plan, ready.tasks);
  ready.lock = lock_run_directory(job.run_dir);
  const RecoveryRules rules{ready.sweep.crash_limit, options.retry_crashed};
  for (const auto& note : recover(job.run_dir, ready.plan, rules)) fmt::print(stderr, "{}\n", note);
  for (const auto& note : plan_notes(ready.plan, ready.tasks)) fmt::print(stderr, "note: {}\n", note);
  if (options.save_models) want_models(job.run_dir, ready.plan);
  job.items = pending_cells(ready.plan);
  if (options.limit > 0 && job.items.size() > static_cast<size_t>(options.limit)) {
    job.items.resize(static_cast<size_t>(options.limit));
  }
  job.sweep_yaml = resolved_yaml(ready.sweep);
  for (const auto& planned : ready.plan) {
    job.fingerprints.push_back(planned.fingerprint);
    job.mapped_streams.push_back(planned.mapped_streams ? 1 : 0);
  }
  prepare_run_directory(job.run_dir, ready.sweep, ready.plan);
  return ready;
}

void announce(const Preparation& ready, const Job& job, int ranks, int64_t threads) {
  const int64_t devices = ready.sweep.device.devices_per_cell;
  const auto done = std::count_if(ready.plan.begin(), ready.plan.end(),
                                  [](const PlannedCell& planned) { return planned.done; });
  fmt::print(
      stderr,
      "{} cells, {} already done, {} to run now; {} rank(s){}, {} thread(s) each; results in "
      "{}\n",
      ready.plan.size(), done, job.items.size(), ranks,
      devices > 1 ? fmt::format(" in groups of {}", devices) : "", threads, job.run_dir.string());
}

/// Returns the exit code.
int show_plan(const RunOptions& options, Preparation& ready, const Job& job) {
  print_plan(ready.plan, job.run_dir, ready.missing, options.gpu_tflops);
  for (const auto& note : plan_notes(ready.plan, ready.tasks)) fmt::print("note: {}\n", note);
  if (ready.in_use) fmt::print("a job runs on the directory now; what it is at counts as to do\n");
  if (options.schedule_ranks > 0) {
    const int64_t devices = ready.sweep.device.devices_per_cell;
    const CostModel costs(measured_cells(ready.plan, job.run_dir), ready.sweep.threads, devices);
    fmt::print("{}", schedule_report(ready.plan, costs, options.schedule_ranks, devices));
  }
  if (!ready.missing.empty()) return 0;
  const auto problems = unusable_checkpoints(ready.plan, ready.tasks);
  std::fflush(stdout);
  for (const auto& problem : problems) fmt::print(stderr, "ptqbench: {}\n", printable(problem));
  return problems.empty() ? 0 : exit_code::kBadInput;
}

}  // namespace

int run_sweep(Communicator& communicator, const RunOptions& options) {
  const bool first = communicator.rank() == 0;
  if (!options.dry_run) stop_on_signals();
  Job job;
  Preparation ready;
  if (first) {
    try {
      ready = options.dry_run ? prepare_dry_run(options, job) : prepare(communicator, options, job);
    } catch (const Stopped& stopped) {
      job.exit_code = exit_code::kStopped;
      job.error = stopped.what();
    } catch (const std::exception& error) {
      job.exit_code = exit_code::kBadInput;
      job.error = error.what();
    }
  }
  job = from_text(communicator.broadcast(to_text(job)));
  if (job.exit_code != 0) {
    if (first) fmt::print(stderr, "ptqbench: {}\n", printable(job.error));
    return job.exit_code;
  }
  if (options.dry_run) {
    return first ? show_plan(options, ready, job) : 0;
  }
  if (!first) {
    ready.sweep =
        parse_sweep(job.sweep_yaml, "sweep of rank 0", known_names(), {/*check_files=*/false});
  }
  at::Device device = at::kCPU;
  RankGroups groups;
  try {
    device = place_rank(communicator, ready.sweep.device);
    groups = form_groups(communicator, ready.sweep.device.devices_per_cell, device);
  } catch (const Error& error) {
    // The same on all ranks.
    if (first) fmt::print(stderr, "ptqbench: {}\n", printable(error.what()));
    return exit_code::kBadInput;
  }
  prepare_device(device);
  const int64_t threads = threads_for_rank(communicator, ready.sweep.threads);
  set_threads(threads);
  if (cell_count(ready.sweep) != job.fingerprints.size())
    throw std::logic_error("the ranks expanded different sweeps");

  CellRunner runner(communicator.rank(), threads, device, *groups.devices, job.run_dir,
                    std::move(ready.tasks));
  if (options.save_models) runner.save_models();
  const auto streams = [&](size_t item) {
    return job.mapped_streams[item] != 0 ? StreamPlace::kMappedFiles : StreamPlace::kMemory;
  };
  if (!groups.leads()) {
    follow_leader(*groups.members, [&](size_t item) {
      assist_cell(runner, cell_at(ready.sweep, item), job.fingerprints[item], streams(item));
    });
    return 0;
  }
  Progress progress(ready.plan, first ? job.items : std::vector<size_t>(), groups.leaders->size());
  if (first) announce(ready, job, communicator.size(), threads);
  const bool all_finished =
      run_on_all_ranks(*groups.leaders, job.items,
                       [&](size_t item) {
                         announce_item(*groups.members, item);
                         return attempt_cell(runner, job.run_dir, cell_at(ready.sweep, item),
                                             job.fingerprints[item], streams(item));
                       },
                       progress, {ready.sweep.retries, stop_requested});
  dismiss_members(*groups.members);
  if (!first) return 0;
  remove_empty_folders(job.run_dir);
  const int code = report_sweep(job.run_dir, ready.plan, progress.failures());
  if (all_finished) return code;
  fmt::print(stderr, "stopped as asked; run it again to go on\n");
  return exit_code::kStopped;
}

}  // namespace ptqbench
