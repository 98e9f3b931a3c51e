#include "results/tables/published_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "results/published/published_text.h"

namespace ptqbench {
namespace {

constexpr const char* kEvaluatedSamples = "evaluation.samples";

std::vector<TableEntry*> all_entries(AccuracyTable& table) {
  std::vector<TableEntry*> entries;
  for (TableEntry& entry : table.full_precision) entries.push_back(&entry);
  for (TableRow& row : table.rows) {
    for (TableEntry& entry : row.entries) entries.push_back(&entry);
  }
  return entries;
}

bool beyond_two_standard_errors(const TableEntry& entry, double value) {
  // The full-precision entry has no seeds, only values that should agree.
  if (entry.seeds < 2 || entry.compared->method == kFullPrecisionMethod) return false;
  const double error = entry.standard_deviation / std::sqrt(static_cast<double>(entry.seeds));
  return std::abs(entry.mean - value) > 2 * error;
}

/// Names that no table and no paper has.
std::vector<std::string> unknown_names(const PublishedPapers& papers,
                                       const std::vector<std::string>& reproduces) {
  const auto known = reproducible_names(papers);
  std::vector<std::string> unknown;
  for (const auto& name : reproduces) {
    if (std::count(known.begin(), known.end(), name) == 0) unknown.push_back(name);
  }
  return unknown;
}

/// "100": the samples that a part of the entries was measured on; empty where all were measured on
/// the whole data.
std::set<std::string> partial_samples(const std::vector<TableEntry*>& entries) {
  std::set<std::string> samples;
  for (const TableEntry* entry : entries) {
    if (entry->published.empty()) continue;
    for (const auto& [name, text] : entry->compared->settings) {
      if (name == kEvaluatedSamples && text != "0") samples.insert(text);
    }
  }
  return samples;
}

}  // namespace

void add_published_numbers(AccuracyTable& table, const PublishedPapers& papers,
                           const std::vector<std::string>& reproduces) {
  if (reproduces.empty()) return;
  const auto entries = all_entries(table);
  std::map<const TableEntry*, std::vector<PublishedReference>> references;
  std::set<const PublishedTable*> used;
  for (TableEntry* entry : entries) {
    if (!entry->compared) continue;
    references[entry] = references_for(papers, *entry->compared, reproduces);
    for (const auto& reference : references[entry]) used.insert(reference.table);
  }
  std::map<const PublishedTable*, std::size_t> places;
  for (const auto& [paper, published] : reproduced_tables(papers, reproduces)) {
    if (used.count(published) == 0) continue;
    places[published] = table.sources.size();
    table.sources.push_back({published->id, published->source_kind,
                             fmt::format("{}; {}", published->caption, source_text(*published))});
  }
  for (TableEntry* entry : entries) {
    for (const auto& reference : references[entry]) {
      entry->published.push_back({reference.value->value, reference.value->standard_deviation,
                                  places[reference.table],
                                  beyond_two_standard_errors(*entry, reference.value->value)});
    }
  }
  for (const auto& name : unknown_names(papers, reproduces))
    table.notes.push_back(fmt::format("this program has no published table '{}'", name));
  if (table.sources.empty()) {
    table.notes.push_back(fmt::format("nothing published in {} stands beside these cells",
                                      fmt::join(reproduces, ", ")));
  }
  const auto partial = partial_samples(entries);
  if (!partial.empty()) {
    table.notes.push_back(fmt::format(
        "ours was measured on {} samples of the evaluation split, the published values on all",
        fmt::join(partial, " or ")));
  }
}

}  // namespace ptqbench
