#include <fmt/format.h>

#include <cmath>

#include "results/tables/render.h"
#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

/// With as many digits as read back to the same number.
std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

/// The lines of one entry: one, or one for each published number.
void add_entry(TextGrid& grid, const AccuracyTable& table, const std::vector<std::string>& row,
               std::size_t model, const TableEntry& entry) {
  std::vector<std::string> line = {table.task, table.dataset, table.metric_name};
  line.insert(line.end(), row.begin(), row.end());
  for (const auto& text :
       {table.models[model], number(entry.mean), number(entry.standard_deviation),
        fmt::format("{}", entry.seeds), fmt::format("{}", entry.failed_seeds),
        fmt::format("{}", entry.missing_seeds)}) {
    line.push_back(text);
  }
  for (const ComparedValue& compared : entry.published) {
    const TableSource& source = table.sources[compared.source];
    auto with_published = line;
    for (const auto& text : {number(compared.value), number(compared.standard_deviation),
                             number(entry.mean - compared.value),
                             std::string(compared.beyond_two_standard_errors ? "true" : "false"),
                             source.id, source_kind_name(source.kind), source.description}) {
      with_published.push_back(text);
    }
    grid.push_back(std::move(with_published));
  }
  if (!entry.published.empty()) return;
  line.resize(grid[0].size());
  grid.push_back(std::move(line));
}

}  // namespace

std::string render_csv(const AccuracyTable& table) {
  TextGrid grid = {{"task", "dataset", "metric", "bits", "weight_bits", "activation_bits", "method",
                    "variant", "model", "mean", "standard_deviation", "seeds", "failed_seeds",
                    "missing_seeds"}};
  if (!table.sources.empty()) {
    for (const char* name :
         {"published", "published_standard_deviation", "difference", "beyond_two_standard_errors",
          "published_table", "source_kind", "source"}) {
      grid[0].emplace_back(name);
    }
  }
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    if (table.full_precision[model].seeds == 0) continue;
    add_entry(grid, table, {"fp", "", "", "full precision", ""}, model,
              table.full_precision[model]);
  }
  for (const TableRow& row : table.rows) {
    for (std::size_t model = 0; model < table.models.size(); ++model) {
      const TableEntry& entry = row.entries[model];
      if (entry.seeds + entry.failed_seeds + entry.missing_seeds == 0) continue;
      add_entry(grid, table,
                {bits_label(row.bits), fmt::format("{}", row.bits.weights),
                 fmt::format("{}", row.bits.activations), row.method, row.variant},
                model, entry);
    }
  }
  return csv_lines(grid);
}

}  // namespace ptqbench
