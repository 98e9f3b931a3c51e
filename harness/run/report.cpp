#include "harness/run/report.h"

#include <fmt/format.h>

#include "results/collect.h"
#include "results/render.h"

namespace ptqbench {
namespace {

/// Multiply-accumulates a second that one CPU core sustains over a whole cell; only for the
/// estimate in `plan`.
constexpr double kMacsPerCoreSecond = 15e9;

double core_hours(double tera_macs) { return tera_macs * 1e12 / kMacsPerCoreSecond / 3600; }

}  // namespace

TableLayout layout_of(const SweepConfig& sweep) {
  TableLayout layout;
  for (const auto& model : sweep.models) layout.models.push_back(model.label);
  for (const auto& bits : sweep.bits)
    layout.bits.push_back(bits_label(bits.weights, bits.activations));
  for (const auto& method : sweep.methods) layout.methods.push_back(method.label);
  return layout;
}

void print_plan(const std::vector<PlannedCell>& plan, const std::filesystem::path& run_dir) {
  double pending_cost = 0;
  size_t done = 0;
  size_t width = 4;
  for (const auto& planned : plan) width = std::max(width, cell_label(planned.cell).size());
  fmt::print("{:<{}}  {:>10}  {:>10}  {:<8}  {}\n", "cell", width, "TMAC", "core h", "state",
             "fingerprint");
  for (const auto& planned : plan) {
    fmt::print("{:<{}}  {:>10.2f}  {:>10.3f}  {:<8}  {}\n", cell_label(planned.cell), width,
               planned.tera_macs, core_hours(planned.tera_macs), planned.done ? "done" : "to do",
               planned.fingerprint.substr(0, 12));
    if (planned.done) {
      ++done;
    } else {
      pending_cost += planned.tera_macs;
    }
  }
  fmt::print("{} cells, {} done, {} to do; about {:.2f} core hours left; run directory {}\n",
             plan.size(), done, plan.size() - done, core_hours(pending_cost), run_dir.string());
}

int collect_and_report(const std::filesystem::path& run_dir, const SweepConfig& sweep,
                       const std::vector<std::string>& fingerprints,
                       const std::vector<std::string>& failures) {
  CollectOptions options;
  options.fingerprints = std::set<std::string>(fingerprints.begin(), fingerprints.end());
  options.layout = layout_of(sweep);
  const auto report = collect(run_dir, options);
  for (const auto& table : report.tables) fmt::print("{}\n", render_console(table));
  for (const auto& problem : report.problems) fmt::print(stderr, "warning: {}\n", problem.message);
  size_t failed = 0;
  for (const auto& record : report.records) failed += record.status == CellStatus::kFailed ? 1 : 0;
  fmt::print(stderr, "{} of {} cells finished, {} failed, {} not run; {}\n",
             report.records.size() - failed, fingerprints.size(), failed, report.absent.size(),
             (run_dir / "results.h5").string());
  for (const auto& failure : failures) fmt::print(stderr, "failed: {}\n", failure);
  return failed > 0 || !failures.empty() ? 1 : 0;
}

}  // namespace ptqbench
