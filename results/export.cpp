#include "results/export.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "results/cell_columns.h"
#include "results/text_grid.h"

namespace ptqbench {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }
std::string text_of(float value) { return text_of(static_cast<double>(value)); }
std::string text_of(int64_t value) { return fmt::format("{}", value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const std::string& value) { return value; }

/// Adds the column to the right of the grid.
void add_column(TextGrid& grid, const hdf5::Column& column) {
  grid[0].push_back(column.name);
  std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        for (std::size_t i = 0; i < values.size(); ++i)
          grid[i + 1].push_back(text_of(static_cast<T>(values[i])));
      },
      column.values);
}

/// JSON has neither infinity nor "not a number".
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json numbers(const std::map<std::string, double>& values) {
  Json json = Json::object();
  for (const auto& [key, value] : values) json[key] = number(value);
  return json;
}

Json settings_json(const CellRecord& record) {
  Json json = Json::object();
  for (const auto& [key, value] : record.settings)
    json[key] = std::visit([](const auto& held) { return Json(held); }, value);
  return json;
}

Json to_json(const CellRecord& record) {
  return {{"fingerprint", record.fingerprint},
          {"task", record.task},
          {"dataset", record.dataset},
          {"model", record.model},
          {"bits", bits_label(record.bits)},
          {"weight_bits", record.bits.weights},
          {"activation_bits", record.bits.activations},
          {"embedding_bits", record.bits.embeddings},
          {"method", record.method},
          {"seed", record.seed},
          {"registered_model", registered_model(record)},
          {"registered_method", registered_method(record)},
          {"status", status_name(record.status)},
          {"failed_stage", record.failed_stage},
          {"failure_reason", record.failure_reason},
          {"metric_name", record.metric_name},
          {"higher_is_better", record.higher_is_better},
          {"metric", number(record.metric)},
          {"full_precision_metric", number(record.full_precision_metric)},
          {"further_metrics", numbers(record.further_metrics)},
          {"seconds", record.seconds},
          {"stage_seconds", numbers(record.stage_seconds)},
          {"memory_bytes", record.memory_bytes},
          {"host", record.host},
          {"device", record.device},
          {"rank", record.rank},
          {"threads", record.threads},
          {"started_at", record.started_at},
          {"attempt", record.attempt},
          {"settings", settings_json(record)},
          {"provenance", record.provenance}};
}

}  // namespace

std::string export_csv(const std::vector<CellRecord>& records) {
  TextGrid grid(records.size() + 1);
  for (const auto& column : cell_columns(records)) add_column(grid, column);
  std::set<std::string> keys;
  for (const CellRecord& record : records) {
    for (const auto& [key, value] : record.provenance) keys.insert(key);
  }
  for (const auto& key : keys) {
    std::vector<std::string> values;
    for (const CellRecord& record : records) {
      const auto found = record.provenance.find(key);
      values.push_back(found == record.provenance.end() ? "" : found->second);
    }
    add_column(grid, {"provenance_" + key, std::move(values)});
  }
  return csv_lines(grid);
}

std::string export_json(const std::vector<CellRecord>& records) {
  Json cells = Json::array();
  for (const CellRecord& record : records) cells.push_back(to_json(record));
  return cells.dump(1) + "\n";
}

}  // namespace ptqbench
