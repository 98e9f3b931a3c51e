#include "harness/shown/record_filter.h"

#include "harness/config/cell_condition.h"

namespace ptqbench {
namespace {

/// As much of a cell as a filter looks at.
Cell cell_like(const CellRecord& record) {
  Cell cell;
  cell.task.dataset.name = record.dataset;
  cell.model = registered_model(record);
  cell.model_label = record.model;
  cell.method = registered_method(record);
  cell.method_label = record.method;
  cell.bits = parse_bit_widths(bits_label(record.bits));
  cell.seed = record.seed;
  return cell;
}

}  // namespace

std::vector<bool> filter_of_records(const std::vector<CellRecord>& records,
                                    const std::string& filter) {
  std::vector<Cell> cells;
  for (const auto& record : records) cells.push_back(cell_like(record));
  const auto condition = parse_filter(filter, cells);
  std::vector<bool> keeps;
  for (const auto& cell : cells) keeps.push_back(condition.matches(cell));
  return keeps;
}

std::vector<CellRecord> filter_records(std::vector<CellRecord> records, const std::string& filter) {
  const auto keeps = filter_of_records(records, filter);
  std::vector<CellRecord> kept;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (keeps[i]) kept.push_back(std::move(records[i]));
  }
  return kept;
}

}  // namespace ptqbench
