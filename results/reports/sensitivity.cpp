#include "results/reports/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

/// Infinity as text that other programs read; nothing where it was not measured.
std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string decibel_text(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.1f}", value);
}

}  // namespace

double metric_drop(const SensitivityTable& table, const UnitSensitivity& unit) {
  const double drop = table.full_precision - unit.metric;
  // Adding zero turns minus zero into zero.
  return (table.higher_is_better ? drop : -drop) + 0.0;
}

std::vector<UnitSensitivity> ranked_units(const SensitivityTable& table) {
  auto units = table.units;
  const auto key = [&](const UnitSensitivity& unit) {
    return std::tuple(-metric_drop(table, unit),
                      std::isnan(unit.decibels) ? INFINITY : unit.decibels);
  };
  std::stable_sort(units.begin(), units.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return units;
}

std::string render_sensitivity_console(const std::vector<SensitivityTable>& tables) {
  std::string text;
  for (const SensitivityTable& table : tables) {
    if (!text.empty()) text += "\n";
    text += fmt::format("{} {} {}: {} {:.2f} in full precision; one unit quantized at a time\n",
                        table.dataset, table.model, table.bits, table.metric_name,
                        table.full_precision);
    if (table.units.empty()) {
      text += "nothing is quantized at these bits\n";
      continue;
    }
    TextGrid grid = {{"rank", "unit", "kind", table.metric_name, "drop", "noise dB"}};
    const auto ranked = ranked_units(table);
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      const UnitSensitivity& unit = ranked[i];
      grid.push_back(
          {std::to_string(i + 1), unit.unit, unit.kind, fmt::format("{:.2f}", unit.metric),
           fmt::format("{:.2f}", metric_drop(table, unit)), decibel_text(unit.decibels)});
    }
    const auto right = Alignment::kRight;
    for (const auto& line :
         aligned_lines(grid, {right, Alignment::kLeft, Alignment::kLeft, right, right, right}))
      text += line + "\n";
  }
  return text;
}

std::string render_sensitivity_csv(const std::vector<SensitivityTable>& tables) {
  TextGrid grid = {{"dataset", "model", "bits", "rank", "unit", "kind", "metric_name",
                    "full_precision", "metric", "drop", "noise_db"}};
  for (const SensitivityTable& table : tables) {
    const auto ranked = ranked_units(table);
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      grid.push_back({table.dataset, table.model, table.bits, std::to_string(i + 1), ranked[i].unit,
                      ranked[i].kind, table.metric_name, csv_number(table.full_precision),
                      csv_number(ranked[i].metric), csv_number(metric_drop(table, ranked[i])),
                      csv_number(ranked[i].decibels)});
    }
  }
  return csv_lines(grid);
}

}  // namespace ptqbench
