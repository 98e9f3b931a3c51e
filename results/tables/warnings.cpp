#include "results/tables/warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "results/cells/cell_pairs.h"
#include "results/cells/variants.h"
#include "results/statistics/moments.h"

namespace ptqbench {
namespace {

/// What the registry calls the method that learns nothing.
constexpr const char* kNearest = "nearest";

bool is_nearest(const CellRecord* cell) { return registered_method(*cell) == kNearest; }

/// The warning if one side of the group is rounding to nearest and the other is worse.
void add_below_nearest(std::vector<std::string>& warnings, const PairGroup& group) {
  if (group.pairs.empty()) return;
  const bool nearest_first = is_nearest(group.pairs.front().first);
  if (nearest_first == is_nearest(group.pairs.front().second)) return;
  std::vector<double> nearest, learned;
  for (const CellPair& pair : group.pairs) {
    nearest.push_back(nearest_first ? pair.first_value : pair.second_value);
    learned.push_back(nearest_first ? pair.second_value : pair.first_value);
  }
  const double nearest_mean = statistics::mean(nearest);
  const double learned_mean = statistics::mean(learned);
  const bool worse =
      group.higher_is_better ? learned_mean < nearest_mean : learned_mean > nearest_mean;
  if (!worse) return;
  warnings.push_back(fmt::format(
      "{} {}, {}: {:.2f} is worse than the {:.2f} of {} (mean of {} common seed(s))",
      bits_label(group.bits), nearest_first ? group.second : group.first, group.model, learned_mean,
      nearest_mean, nearest_first ? group.first : group.second, group.pairs.size()));
}

void add_overridden_gates(std::vector<std::string>& warnings,
                          const std::vector<const CellRecord*>& cells) {
  std::set<std::string> seen;
  for (const CellRecord* cell : cells) {
    const auto found = cell->provenance.find(kFullPrecisionOverride);
    if (found == cell->provenance.end()) continue;
    const auto warning = fmt::format("{}: the full-precision metric is not the expected one: {}",
                                     cell->model, found->second);
    if (seen.insert(warning).second) warnings.push_back(warning);
  }
}

/// "w4a4, resnet20: finished seeds differ: 2 of nearest; 3 of qdrop, brecq".
void add_unequal_seeds(std::vector<std::string>& warnings, const AccuracyTable& table,
                       const CellBits& bits, std::size_t model) {
  std::map<int64_t, std::vector<std::string>> methods;
  for (const TableRow& row : table.rows) {
    const int64_t seeds = row.entries[model].seeds;
    if (row.bits == bits && seeds > 0)
      methods[seeds].push_back(variant_name(row.method, row.variant));
  }
  if (methods.size() < 2) return;
  std::vector<std::string> texts;
  for (const auto& [seeds, names] : methods)
    texts.push_back(fmt::format("{} of {}", seeds, fmt::join(names, ", ")));
  warnings.push_back(fmt::format("{}, {}: finished seeds differ: {}", bits_label(bits),
                                 table.models[model], fmt::join(texts, "; ")));
}

}  // namespace

std::vector<std::string> table_warnings(const AccuracyTable& table,
                                        const std::vector<const CellRecord*>& cells) {
  std::vector<std::string> warnings;
  for (const PairGroup& group : pair_within_run(cells, ComparedBy::kMethod, ""))
    add_below_nearest(warnings, group);
  add_overridden_gates(warnings, cells);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (row > 0 && table.rows[row].bits == table.rows[row - 1].bits) continue;
    for (std::size_t model = 0; model < table.models.size(); ++model)
      add_unequal_seeds(warnings, table, table.rows[row].bits, model);
  }
  return warnings;
}

}  // namespace ptqbench
