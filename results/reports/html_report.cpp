#include "results/reports/html_report.h"

#include <algorithm>

#include "results/cells/cell_json.h"
#include "results/cells/variants.h"
#include "results/reports/html/page.h"
#include "results/tables/render.h"
#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

using Json = nlohmann::ordered_json;

/// [[iteration, total loss], ...], the first and the last point among them.
Json curve_json(const std::vector<LossPoint>& curve) {
  Json points = Json::array();
  const std::size_t count = std::min(curve.size(), kCurvePoints);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = count > 1 ? i * (curve.size() - 1) / (count - 1) : 0;
    points.push_back({curve[at].iteration, json_number(curve[at].total)});
  }
  return points;
}

Json unit_json(const UnitRecord& unit) {
  return {{"name", unit.name},
          {"kind", unit.kind},
          {"phase", unit.phase},
          {"iterations", unit.iterations},
          {"seconds", unit.seconds},
          {"error_before", json_number(unit.error_before)},
          {"error_after", json_number(unit.error_after)},
          {"curve", curve_json(unit.loss_curve)}};
}

Json full_cell_json(const CellRecord& record) {
  Json cell = cell_json(record);
  cell["units"] = Json::array();
  for (const UnitRecord& unit : record.units) cell["units"].push_back(unit_json(unit));
  cell["noise"] = Json::array();
  for (const BlockNoise& noise : record.block_noise)
    cell["noise"].push_back({{"block", noise.block}, {"decibels", json_number(noise.decibels)}});
  return cell;
}

Json entry_json(const TableEntry& entry) {
  return {{"mean", json_number(entry.mean)},
          {"deviation", json_number(entry.standard_deviation)},
          {"seeds", entry.seeds}};
}

/// What figures draw of a table.
Json table_json(const AccuracyTable& table) {
  Json rows = Json::array();
  for (const TableRow& row : table.rows) {
    Json entries = Json::array();
    for (const TableEntry& entry : row.entries) entries.push_back(entry_json(entry));
    rows.push_back({{"bits", bits_label(row.bits)},
                    {"method", variant_name(row.method, row.variant)},
                    {"entries", entries}});
  }
  Json full_precision = Json::array();
  for (const TableEntry& entry : table.full_precision) full_precision.push_back(entry_json(entry));
  return {{"task", table.task},
          {"dataset", table.dataset},
          {"metric_name", table.metric_name},
          {"models", table.models},
          {"full_precision", full_precision},
          {"rows", rows}};
}

/// JSON that cannot end the script element it stands in: "<" occurs in strings only.
std::string script_text(const Json& json) {
  const auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  for (const char letter : text) {
    if (letter == '<') {
      escaped += "\\u003c";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

std::string data_text(const std::string& name, const SweepResults& results) {
  Json cells = Json::array();
  for (const CellRecord& record : results.records) cells.push_back(full_cell_json(record));
  Json tables = Json::array();
  for (const AccuracyTable& table : results.tables) tables.push_back(table_json(table));
  return script_text({{"name", name},
                      {"cells", cells},
                      {"tables", tables},
                      {"problems", results.problems},
                      {"other_cells", results.other_cells}});
}

/// The page with each mark replaced; the texts that replace them are not searched.
std::string filled(const std::string& page,
                   const std::vector<std::pair<std::string, std::string>>& texts) {
  std::string result;
  std::size_t begin = 0;
  for (const auto& [mark, text] : texts) {
    const std::size_t at = page.find(mark, begin);
    result += page.substr(begin, at - begin) + text;
    begin = at + mark.size();
  }
  return result + page.substr(begin);
}

}  // namespace

std::string render_html_report(const std::string& name, const SweepResults& results) {
  std::string tables;
  for (const AccuracyTable& table : results.tables) tables += render_html(table);
  // In the order of the page.
  return filled(
      html_report_page(),
      {{"@TITLE@", escape_html(name)}, {"@TABLES@", tables}, {"@DATA@", data_text(name, results)}});
}

}  // namespace ptqbench
