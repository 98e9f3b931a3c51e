#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include "harness/commands/commands.h"
#include "harness/shown/record_filter.h"
#include "harness/shown/report.h"
#include "results/comparison/render_comparison.h"
#include "support/error.h"
#include "support/exit_code.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

using Renderer = std::string (*)(const RunComparison&);

const std::map<std::string, Renderer>& renderers() {
  static const std::map<std::string, Renderer> all = {{"console", render_comparison_console},
                                                      {"markdown", render_comparison_markdown},
                                                      {"csv", render_comparison_csv}};
  return all;
}

struct CompareRequest {
  std::vector<std::filesystem::path> runs;
  std::string by;
  std::string filter;
  std::string interval = "t";
  std::string format = "console";
  std::vector<std::string> tolerances;
  double time_tolerance = 0;
  double memory_tolerance = 0;
  ComparisonOptions options;
};

std::vector<CellRecord> read_run(const std::filesystem::path& path, const std::string& filter) {
  auto results = read_summaries(path);
  for (const auto& problem : results.problems) fmt::print(stderr, "warning: {}\n", problem);
  return filter_records(std::move(results.records), filter);
}

/// The metrics that finished cells have.
std::set<std::string> known_metrics(const std::vector<std::vector<CellRecord>>& runs) {
  std::set<std::string> metrics;
  for (const auto& run : runs) {
    for (const auto& record : run) {
      if (record.status != CellStatus::kFinished) continue;
      metrics.insert(record.metric_name);
      for (const auto& [name, value] : record.further_metrics) metrics.insert(name);
    }
  }
  return metrics;
}

void check_metric(const std::string& name, const std::string& option,
                  const std::set<std::string>& known) {
  if (name.empty() || known.empty() || known.count(name) > 0) return;
  throw ConfigError(fmt::format("{}: no cell has the metric '{}'{}", option, name,
                                valid_names_hint(name, {known.begin(), known.end()})));
}

/// Reads "top1_accuracy=0.3", or "0.3" for all metrics that are not named.
void add_tolerance(const std::string& text, ComparisonOptions& options) {
  const auto equals = text.find('=');
  const auto number = equals == std::string::npos ? text : text.substr(equals + 1);
  double value = 0;
  if (!CLI::detail::lexical_cast(number, value) || !(value >= 0))
    throw ConfigError("--tolerance " + text + ": expected METRIC=NUMBER or NUMBER, at least 0");
  if (equals == std::string::npos) {
    options.default_tolerance = value;
  } else {
    options.tolerances[text.substr(0, equals)] = value;
  }
}

ComparedBy compared_by(const CompareRequest& request) {
  const bool one_run = request.runs.size() == 1;
  const auto by = request.by.empty() ? (one_run ? "method" : "commit") : request.by;
  if (by == "commit" && one_run)
    throw ConfigError("--by commit compares two runs, and one is given");
  static const std::map<std::string, ComparedBy> all = {{"commit", ComparedBy::kCommit},
                                                        {"setting", ComparedBy::kSetting},
                                                        {"method", ComparedBy::kMethod}};
  return all.at(by);
}

/// The cells of all runs as those of one. Of cells that are in several, the one that started last
/// counts (pair_within_run).
std::vector<CellRecord> all_cells(std::vector<std::vector<CellRecord>> runs) {
  std::vector<CellRecord> all;
  for (auto& run : runs) std::move(run.begin(), run.end(), std::back_inserter(all));
  return all;
}

/// "A: runs/a: 32 of 32 cells finished, program 0.1.0-5-gabc".
void print_run(const char* name, const std::filesystem::path& path,
               const std::vector<CellRecord>& run) {
  std::set<std::string> versions;
  for (const auto& record : run) {
    const auto version = record.provenance.find(kCodeVersion);
    if (version != record.provenance.end()) versions.insert(version->second);
  }
  const auto finished = std::count_if(run.begin(), run.end(), [](const CellRecord& record) {
    return record.status == CellStatus::kFinished;
  });
  fmt::print(stderr, "{}: {}: {} of {} cells finished, program {}\n", name, path.string(), finished,
             run.size(), versions.empty() ? "unknown" : join({versions.begin(), versions.end()}));
}

int show_comparison(CompareRequest request) {
  auto& options = request.options;
  options.by = compared_by(request);
  for (const auto& text : request.tolerances) add_tolerance(text, options);
  options.interval = request.interval == "t" ? IntervalKind::kStudent : IntervalKind::kBootstrap;
  if (request.time_tolerance > 0) options.time_tolerance = request.time_tolerance;
  if (request.memory_tolerance > 0) options.memory_tolerance = request.memory_tolerance;
  std::vector<std::vector<CellRecord>> runs;
  for (const auto& path : request.runs) runs.push_back(read_run(path, request.filter));
  const auto metrics = known_metrics(runs);
  check_metric(options.metric, "--metric", metrics);
  for (const auto& [metric, value] : options.tolerances)
    check_metric(metric, "--tolerance", metrics);
  for (std::size_t i = 0; i < runs.size(); ++i)
    print_run(i == 0 ? "A" : "B", request.runs[i], runs[i]);
  // Methods are compared wherever their cells lie.
  if (options.by == ComparedBy::kMethod) runs = {all_cells(std::move(runs))};
  const auto comparison = runs.size() == 1 ? compare_within_run(runs[0], options)
                                           : compare_runs(runs[0], runs[1], options);
  fmt::print("{}", renderers().at(request.format)(comparison));
  if (has_regression(comparison)) return exit_code::kFailed;
  return is_empty(comparison) ? exit_code::kNothingCompared : 0;
}

}  // namespace

void add_compare(CLI::App& app, Command& chosen) {
  auto request = std::make_shared<CompareRequest>();
  auto* command = app.add_subcommand(
      "compare",
      "hold a run against an earlier one, or the methods of a run against each other; exit code 0: "
      "no regression, 1: regression, 3: nothing could be compared");
  command->add_option("runs", request->runs, "run directory or results.h5: A [B]")
      ->required()
      ->expected(1, 2);
  command
      ->add_option("--by", request->by,
                   "what differs: commit (of two runs; the default there), method (of one run, the "
                   "default there, or of two together), setting (either)")
      ->check(CLI::IsMember({"commit", "method", "setting"}));
  command->add_option("--metric", request->options.metric,
                      "a further metric instead of the one of the tables");
  add_filter_option(*command, request->filter);
  // One value an option, so that what follows it is a positional again.
  command
      ->add_option("--tolerance", request->tolerances,
                   "difference that is no regression, METRIC=NUMBER or NUMBER (repeatable) [0.3]")
      ->take_all()
      ->allow_extra_args(false);
  command
      ->add_option("--time-tolerance", request->time_tolerance,
                   "ratio of the times of B and A beyond which that is a regression [not judged]")
      ->check(CLI::Range(1.0, 1e6, "1 to 1000000"));
  command
      ->add_option("--memory-tolerance", request->memory_tolerance,
                   "the same of the memory [not judged]")
      ->check(CLI::Range(1.0, 1e6, "1 to 1000000"));
  command
      ->add_option("--confidence", request->options.confidence,
                   "of the intervals; what is certain is so at one minus that [0.95]")
      ->check(CLI::Range(0.5, 0.9999, "0.5 to 0.9999"));
  command->add_option("--interval", request->interval, "t or bootstrap")
      ->check(CLI::IsMember({"t", "bootstrap"}));
  command->add_option("--format", request->format, "console, markdown or csv")
      ->check(CLI::IsMember({"console", "markdown", "csv"}));
  command->callback([request, &chosen] {
    chosen = on_rank_zero([request] { return show_comparison(*request); });
  });
}

}  // namespace ptqbench
