#include "results/comparison/history.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "harness/commands/commands.h"
#include "harness/config/bit_widths.h"
#include "harness/shown/record_filter.h"
#include "harness/shown/report.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

struct HistoryRequest {
  std::filesystem::path file;
  std::string metric;
  std::string filter;
  std::string format = "console";
  double alpha = 0.05;
};

struct HistoryAddition {
  std::filesystem::path file;
  std::filesystem::path run;
  int64_t compare_exit = -1;
};

/// As much of a record as a filter looks at.
CellRecord record_like(const HistoryCell& cell) {
  CellRecord record;
  record.task = cell.task;
  record.dataset = cell.dataset;
  record.model = cell.model;
  record.method = cell.method;
  const auto bits = parse_bit_widths(cell.bits);
  record.bits = {bits.weights, bits.activations, bits.embeddings};
  return record;
}

std::vector<HistorySeries> filtered(std::vector<HistorySeries> series, const std::string& filter) {
  std::vector<CellRecord> records;
  for (const auto& each : series) records.push_back(record_like(each.cell));
  const auto keeps = filter_of_records(records, filter);
  std::vector<HistorySeries> kept;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (keeps[i]) kept.push_back(std::move(series[i]));
  }
  return kept;
}

void check_metric(const std::vector<HistoryEntry>& history, const std::string& metric) {
  if (metric.empty()) return;
  std::set<std::string> known = {kSecondsMetric};
  for (const auto& entry : history) {
    for (const auto& cell : entry.cells) known.insert(cell.metric_name);
  }
  if (known.count(metric) == 0) {
    throw ConfigError(fmt::format("the history has no metric '{}'{}", metric,
                                  valid_names_hint(metric, {known.begin(), known.end()})));
  }
}

int show_history(const HistoryRequest& request) {
  const auto history = read_history(request.file);
  check_metric(history, request.metric);
  auto series = filtered(history_series(history, request.metric), request.filter);
  find_steps(series, request.alpha);
  fmt::print("{}",
             request.format == "csv" ? render_history_csv(series) : render_history_console(series));
  return 0;
}

int add_run_to_history(const HistoryAddition& addition) {
  const auto results = read_summaries(addition.run);
  add_to_history(addition.file,
                 history_entry(results.records, run_name(addition.run), addition.compare_exit));
  return 0;
}

}  // namespace

void add_history(CLI::App& app, Command& chosen) {
  auto request = std::make_shared<HistoryRequest>();
  auto addition = std::make_shared<HistoryAddition>();
  auto* command = app.add_subcommand(
      "history", "how a metric went over the nights of a history, and where its level changed");
  command->add_option("file", request->file, "history (JSON lines)");
  command->add_option("metric", request->metric,
                      "such as top1_accuracy, or seconds [all of the tables]");
  add_filter_option(*command, request->filter);
  command->add_option("--format", request->format, "console or csv")
      ->check(CLI::IsMember({"console", "csv"}));
  command
      ->add_option("--alpha", request->alpha,
                   "chance that any series without a step is said to have one [0.05]")
      ->check(CLI::Range(1e-4, 0.5, "0.0001 to 0.5"));
  auto* add = command->add_subcommand("add", "put a run into a history, made if need be");
  add->add_option("file", addition->file, "history (JSON lines)")->required();
  add->add_option("run", addition->run, "run directory or results.h5")->required();
  add->add_option("--compare-exit", addition->compare_exit,
                  "what ptqbench compare said of the run, kept with it");
  command->callback([request, addition, add, &chosen] {
    if (add->parsed()) {
      chosen = on_rank_zero([addition] { return add_run_to_history(*addition); });
      return;
    }
    if (request->file.empty()) throw CLI::RequiredError("FILE [METRIC], or add FILE RUN,");
    chosen = on_rank_zero([request] { return show_history(*request); });
  });
}

}  // namespace ptqbench
