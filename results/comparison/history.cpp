#include "results/comparison/history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "results/cells/variants.h"
#include "results/error.h"
#include "results/statistics/moments.h"
#include "results/tables/table.h"
#include "results/text/text_grid.h"
#include "support/atomic_file.h"

namespace ptqbench {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const HistoryCell& cell) {
  return {{"task", cell.task},
          {"dataset", cell.dataset},
          {"model", cell.model},
          {"bits", cell.bits},
          {"method", cell.method},
          {"metric", cell.metric_name},
          {"higher_is_better", cell.higher_is_better},
          {"seeds", cell.seeds},
          {"mean", cell.mean},
          {"seconds", cell.seconds}};
}

HistoryCell cell_from(const Json& json) {
  return {json.at("task"),
          json.at("dataset"),
          json.at("model"),
          json.at("bits"),
          json.at("method"),
          json.at("metric"),
          json.at("higher_is_better"),
          json.at("seeds"),
          json.at("mean"),
          json.at("seconds")};
}

Json to_json(const HistoryEntry& entry) {
  Json cells = Json::array();
  for (const HistoryCell& cell : entry.cells) cells.push_back(to_json(cell));
  return {{"date", entry.date},       {"run", entry.run},
          {"commit", entry.commit},   {"host", entry.host},
          {"seconds", entry.seconds}, {"compare_exit", entry.compare_exit},
          {"cells", std::move(cells)}};
}

HistoryEntry entry_from(const Json& json) {
  HistoryEntry entry = {json.at("date"),
                        json.at("run"),
                        json.at("commit"),
                        json.at("host"),
                        json.at("seconds"),
                        json.at("compare_exit"),
                        {}};
  for (const Json& cell : json.at("cells")) entry.cells.push_back(cell_from(cell));
  return entry;
}

std::string joined(const std::set<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ","));
}

/// Adds the entries of a row that have a mean.
void add_cells(HistoryEntry& entry, const AccuracyTable& table, const TableRow& row) {
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    const TableEntry& numbers = row.entries[model];
    if (numbers.seeds == 0 || !std::isfinite(numbers.mean)) continue;
    HistoryCell cell;
    cell.task = table.task;
    cell.dataset = table.dataset;
    cell.model = table.models[model];
    cell.bits = bits_label(row.bits);
    cell.method = variant_name(row.method, row.variant);
    cell.metric_name = table.metric_name;
    cell.higher_is_better = table.higher_is_better;
    cell.seeds = numbers.seeds;
    cell.mean = numbers.mean;
    cell.seconds = numbers.seconds;
    entry.cells.push_back(std::move(cell));
  }
}

auto identity(const HistoryCell& cell) {
  return std::tie(cell.task, cell.dataset, cell.model, cell.bits, cell.method);
}

}  // namespace

HistoryEntry history_entry(const std::vector<CellRecord>& records, const std::string& run,
                           int64_t compare_exit) {
  HistoryEntry entry;
  entry.run = run;
  entry.compare_exit = compare_exit;
  std::set<std::string> commits, hosts;
  for (const CellRecord& record : records) {
    if (record.status != CellStatus::kFinished) continue;
    entry.date = std::max(entry.date, record.started_at);
    entry.seconds += record.seconds;
    hosts.insert(record.host);
    const auto version = record.provenance.find(kCodeVersion);
    if (version != record.provenance.end()) commits.insert(version->second);
  }
  entry.commit = joined(commits);
  entry.host = joined(hosts);
  for (const AccuracyTable& table : build_tables(records)) {
    for (const TableRow& row : table.rows) add_cells(entry, table, row);
  }
  if (entry.cells.empty())
    throw ResultsError(fmt::format("{}: no cell has finished, so there is nothing to keep", run));
  return entry;
}

std::vector<HistoryEntry> read_history(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw ResultsError(path.string() + ": cannot read the history");
  std::vector<HistoryEntry> history;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    try {
      history.push_back(entry_from(Json::parse(line)));
    } catch (const Json::parse_error& error) {
      throw ResultsError(fmt::format(
          "{}:{}: no JSON from byte {} of the line on; a history has an entry a line, as `ptqbench "
          "history add` writes them",
          path.string(), number, error.byte));
    } catch (const Json::exception&) {
      throw ResultsError(
          fmt::format("{}:{}: JSON, but no entry of a history: members are missing or of another "
                      "type",
                      path.string(), number));
    }
  }
  return history;
}

void add_to_history(const std::filesystem::path& path, const HistoryEntry& entry) {
  std::vector<HistoryEntry> history;
  if (std::filesystem::exists(path)) history = read_history(path);
  history.erase(
      std::remove_if(history.begin(), history.end(),
                     [&](const HistoryEntry& earlier) { return earlier.run == entry.run; }),
      history.end());
  history.push_back(entry);
  std::stable_sort(history.begin(), history.end(),
                   [](const auto& left, const auto& right) { return left.date < right.date; });
  std::string text;
  for (const HistoryEntry& each : history) text += to_json(each).dump() + "\n";
  write_file_atomically(path, text);
}

std::vector<HistorySeries> history_series(const std::vector<HistoryEntry>& history,
                                          const std::string& metric) {
  std::vector<HistorySeries> all;
  for (const HistoryEntry& entry : history) {
    for (const HistoryCell& cell : entry.cells) {
      if (!metric.empty() && metric != kSecondsMetric && metric != cell.metric_name) continue;
      auto series = std::find_if(all.begin(), all.end(), [&](const HistorySeries& other) {
        return identity(other.cell) == identity(cell) &&
               (metric == kSecondsMetric || other.cell.metric_name == cell.metric_name);
      });
      if (series == all.end()) {
        all.push_back({cell, {}, {}, {}, {}});
        series = all.end() - 1;
        if (metric == kSecondsMetric) series->cell.metric_name = metric;
      }
      series->dates.push_back(entry.date);
      series->commits.push_back(entry.commit);
      series->values.push_back(metric == kSecondsMetric ? cell.seconds : cell.mean);
    }
  }
  return all;
}

void find_steps(std::vector<HistorySeries>& series, double alpha) {
  statistics::StepSearch search;
  search.alpha = alpha / static_cast<double>(std::max<std::size_t>(1, series.size()));
  // So many that the least p, one over one more, may pass.
  search.permutations =
      std::max(search.permutations, static_cast<int64_t>(std::ceil(10 / search.alpha)));
  for (HistorySeries& each : series)
    each.steps = statistics::find_step_changes(each.values, search);
}

std::string render_history_console(const std::vector<HistorySeries>& series) {
  TextGrid grid = {{"Data", "Metric", "Model", "Bits", "Method", "nights", "first", "last", "least",
                    "most", "steps"}};
  for (const HistorySeries& each : series) {
    const auto [least, most] = std::minmax_element(each.values.begin(), each.values.end());
    grid.push_back({each.cell.dataset, each.cell.metric_name, each.cell.model, each.cell.bits,
                    each.cell.method, fmt::format("{}", each.values.size()),
                    fmt::format("{:.2f}", each.values.front()),
                    fmt::format("{:.2f}", each.values.back()), fmt::format("{:.2f}", *least),
                    fmt::format("{:.2f}", *most), fmt::format("{}", each.steps.size())});
  }
  std::vector<Alignment> sides(grid.front().size(), Alignment::kRight);
  for (std::size_t i = 0; i < 5; ++i) sides[i] = Alignment::kLeft;
  std::string text;
  for (const auto& line : aligned_lines(grid, sides)) text += line + "\n";
  bool any = false;
  for (const HistorySeries& each : series) {
    for (const auto& step : each.steps) {
      text += fmt::format("{}step: {} {} {} {}: {:.2f} to {:.2f} on {} ({}), p {:.4f}\n",
                          any ? "" : "\n", each.cell.dataset, each.cell.model, each.cell.bits,
                          each.cell.method, step.before, step.after, each.dates[step.place],
                          each.commits[step.place], step.p);
      any = true;
    }
  }
  return any ? text : text + "\nno step\n";
}

std::string render_history_csv(const std::vector<HistorySeries>& series) {
  TextGrid grid = {
      {"task", "dataset", "metric", "model", "bits", "method", "date", "commit", "value", "step"}};
  for (const HistorySeries& each : series) {
    for (std::size_t i = 0; i < each.values.size(); ++i) {
      const bool is_step = std::any_of(each.steps.begin(), each.steps.end(),
                                       [&](const auto& step) { return step.place == i; });
      grid.push_back({each.cell.task, each.cell.dataset, each.cell.metric_name, each.cell.model,
                      each.cell.bits, each.cell.method, each.dates[i], each.commits[i],
                      fmt::format("{}", each.values[i]), is_step ? "true" : "false"});
    }
  }
  return csv_lines(grid);
}

}  // namespace ptqbench
