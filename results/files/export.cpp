#include "results/files/export.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "results/cells/cell_json.h"
#include "results/files/cell_columns.h"
#include "results/text/text_grid.h"

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
  for (const CellRecord& record : records) cells.push_back(cell_json(record));
  // Names of files may be in any encoding, which JSON does not take.
  return cells.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ptqbench
