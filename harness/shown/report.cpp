#include "harness/shown/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "harness/cells/run_directory.h"
#include "harness/config/memory_size.h"
#include "harness/plan/cost.h"
#include "harness/published/published_reader.h"
#include "results/tables/published_comparison.h"
#include "results/tables/render.h"

namespace ptqbench {
namespace {

double core_hours(double tera_macs) { return tera_macs * 1e12 / kMacsPerCoreSecond / 3600; }

/// A multiply-accumulate is two operations.
double gpu_hours(double tera_macs, double tflops) { return 2 * tera_macs / tflops / 3600; }

std::string record_label(const CellRecord& record) {
  return fmt::format("{} {} {} seed {}", record.model, bits_label(record.bits), record.method,
                     record.seed);
}

const char* state(const PlannedCell& planned) {
  if (planned.done) return "done";
  return planned.set_aside ? "crashed" : "to do";
}

/// With the published numbers beside ours.
SweepResults compared(SweepResults results) {
  if (results.reproduces.empty()) return results;
  const auto papers = shipped_published();
  for (auto& table : results.tables) add_published_numbers(table, papers, results.reproduces);
  return results;
}

}  // namespace

void print_plan(const std::vector<PlannedCell>& plan, const std::filesystem::path& run_dir,
                const std::vector<std::string>& missing, double gpu_tflops) {
  double pending_cost = 0;
  size_t selected = 0;
  size_t done = 0;
  size_t crashed = 0;
  size_t width = 4;
  bool mapped = false;
  double most_memory = 0;
  for (const auto& planned : plan) width = std::max(width, cell_label(planned.cell).size());
  fmt::print("{:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:<8}  {}\n", "cell", width, "TMAC", "core h",
             "GPU h", "memory", "state", "fingerprint");
  for (const auto& planned : plan) {
    if (!planned.selected) continue;
    fmt::print("{:<{}}  {:>10.2f}  {:>10.3f}  {:>10.3f}  {:>10}  {:<8}  {}\n",
               cell_label(planned.cell), width, planned.tera_macs, core_hours(planned.tera_macs),
               gpu_hours(planned.tera_macs, gpu_tflops), memory_size_text(planned.memory_bytes),
               state(planned),
               planned.fingerprint.empty() ? "-" : planned.fingerprint.substr(0, 12));
    mapped = mapped || planned.mapped_streams;
    most_memory = std::max(most_memory, planned.memory_bytes);
    ++selected;
    if (planned.done) {
      ++done;
    } else if (planned.set_aside) {
      ++crashed;
    } else {
      pending_cost += planned.tera_macs;
    }
  }
  fmt::print("{} cells, {} done, {}{} to do; about {:.2f} core hours left; run directory {}\n",
             selected, done,
             crashed == 0 ? "" : fmt::format("{} crashed too often (--retry-crashed), ", crashed),
             selected - done - crashed, core_hours(pending_cost), run_dir.string());
  fmt::print(
      "GPU hours are an estimate, not measured: {:.2f} left at {:g} TFLOP/s sustained "
      "(--gpu-tflops)\n",
      gpu_hours(pending_cost, gpu_tflops), gpu_tflops);
  fmt::print(
      "a rank takes up to {}{}\n", memory_size_text(most_memory),
      mapped ? ", with the calibration streams of some cells in files of the run directory" : "");
  if (!missing.empty()) {
    fmt::print("without fingerprints, and nothing counts as done; missing:\n  {}\n",
               fmt::join(missing, "\n  "));
  }
}

void print_state(const SweepResults& results) {
  for (const auto& problem : results.problems) fmt::print(stderr, "warning: {}\n", problem);
  fmt::print(stderr, "{} of {} cells finished, {} failed, {} not run\n",
             results.count(CellStatus::kFinished), results.records.size(),
             results.count(CellStatus::kFailed), results.count(CellStatus::kMissing));
  std::set<std::string> reasons;
  for (const auto& record : results.records) {
    if (record.status != CellStatus::kFailed) continue;
    const bool is_new = reasons.insert(record.failure_reason).second;
    fmt::print(stderr, "failed: {}: {}: {}\n", record_label(record), record.failed_stage,
               is_new ? record.failure_reason : "for a reason that stands above");
  }
  if (results.other_cells > 0) {
    fmt::print(stderr, "{} more cell {} of earlier settings; kept, not shown\n",
               results.other_cells, results.other_cells == 1 ? "file is" : "files are");
  }
}

SweepResults read_compared_summaries(const std::filesystem::path& run) {
  return compared(read_summaries(run));
}

SweepResults read_compared_results(const std::filesystem::path& run) {
  return compared(read_run_or_file(run));
}

SweepResults read_run_or_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return read_results_file(path);
  require_run_directory(path);
  return read_results(path);
}

SweepResults read_summaries(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return read_result_summaries_file(path);
  require_run_directory(path);
  return read_result_summaries(path);
}

std::string run_name(const std::filesystem::path& run) {
  // "runs/x/" and "runs/x" are the same.
  auto folder = std::filesystem::absolute(run).lexically_normal();
  std::error_code ignored;
  if (!folder.has_filename() || std::filesystem::is_regular_file(folder, ignored))
    folder = folder.parent_path();
  return folder.filename().string();
}

int report_sweep(const std::filesystem::path& run_dir, const std::vector<PlannedCell>& plan,
                 const std::map<size_t, std::string>& failures) {
  const auto results = read_compared_summaries(run_dir);
  for (const auto& table : results.tables) fmt::print("{}\n", render_console(table));
  std::fflush(stdout);
  print_state(results);
  std::set<std::string> failed;
  for (const auto& record : results.records) {
    if (record.status == CellStatus::kFailed) failed.insert(record.fingerprint);
  }
  for (const auto& [item, reason] : failures) {
    // A failure without a record: its result could not be written.
    if (failed.count(plan[item].fingerprint) == 0)
      fmt::print(stderr, "failed: {}: {}\n", cell_label(plan[item].cell), reason);
  }
  for (const auto& problem : write_results(run_dir, results))
    fmt::print(stderr, "warning: not whole in results.h5: {}\n", problem);
  fmt::print(stderr, "results in {}\n", (run_dir / "results.h5").string());
  const bool selected_failed =
      std::any_of(plan.begin(), plan.end(), [&](const PlannedCell& planned) {
        return planned.selected && failed.count(planned.fingerprint) > 0;
      });
  return selected_failed || !failures.empty() ? 1 : 0;
}

}  // namespace ptqbench
