#include "results/published/published.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace ptqbench {
namespace {

/// In the order of the enumeration.
const std::vector<std::string>& kind_names() {
  static const std::vector<std::string> names = {"primary", "author_in_issue", "quoted_in_issue",
                                                 "secondary", "user_report"};
  return names;
}

const PublishedSetting* find_setting(const std::vector<PublishedSetting>& settings,
                                     const std::string& name) {
  const auto found = std::find_if(settings.begin(), settings.end(),
                                  [&](const auto& setting) { return setting.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

bool has_setting(const ComparedCell& cell, const PublishedSetting& wanted) {
  return std::any_of(cell.settings.begin(), cell.settings.end(), [&](const auto& setting) {
    return setting.first == wanted.name &&
           std::count(wanted.values.begin(), wanted.values.end(), setting.second) > 0;
  });
}

bool settings_agree(const PublishedTable& table, const PublishedValue& value,
                    const ComparedCell& cell) {
  const auto agrees = [&](const PublishedSetting& setting) { return has_setting(cell, setting); };
  return std::all_of(value.settings.begin(), value.settings.end(), agrees) &&
         std::all_of(table.settings.begin(), table.settings.end(), [&](const auto& setting) {
           return find_setting(value.settings, setting.name) != nullptr || agrees(setting);
         });
}

/// Embeddings without bits of their own are quantized as the other weights.
bool same_widths(const CellBits& a, const CellBits& b) {
  const auto embeddings = [](const CellBits& bits) {
    return bits.embeddings == 0 ? bits.weights : bits.embeddings;
  };
  return a.weights == b.weights && a.activations == b.activations && embeddings(a) == embeddings(b);
}

/// The architecture of a model that differs from it only in which weights it is made for: published
/// tables name the architecture.
std::string architecture(const std::string& model) {
  const std::string suffix = "_coco_v1";
  const bool made_for_weights =
      model.size() > suffix.size() &&
      model.compare(model.size() - suffix.size(), suffix.size(), suffix) == 0;
  return made_for_weights ? model.substr(0, model.size() - suffix.size()) : model;
}

bool stands_beside(const PublishedTable& table, const PublishedValue& value,
                   const ComparedCell& cell) {
  return value.model == architecture(cell.model) && value.method == cell.method &&
         same_widths(value.bits, cell.bits) &&
         (value.method == kFullPrecisionMethod || settings_agree(table, value, cell));
}

bool allows(const std::string& filter, const std::string& name) {
  return filter.empty() || filter == name;
}

}  // namespace

std::string source_kind_name(SourceKind kind) {
  return kind_names().at(static_cast<std::size_t>(kind));
}

std::vector<std::string> source_kind_names() { return kind_names(); }

SourceKind source_kind_from_name(const std::string& name) {
  const auto found = std::find(kind_names().begin(), kind_names().end(), name);
  if (found == kind_names().end())
    throw std::invalid_argument("unknown kind of source '" + name + "'");
  return static_cast<SourceKind>(found - kind_names().begin());
}

std::vector<PublishedReference> find_published(const PublishedPapers& papers,
                                               const PublishedFilter& filter) {
  std::vector<PublishedReference> found;
  for (const auto& paper : papers) {
    if (!allows(filter.paper, paper.key)) continue;
    for (const auto& table : paper.tables) {
      const bool task = allows(filter.task, table.task) || filter.task == table.dataset;
      if (!task || !allows(filter.table, table.id)) continue;
      for (const auto& value : table.values) {
        if (allows(filter.model, value.model) && allows(filter.method, value.method))
          found.push_back({&paper, &table, &value});
      }
    }
  }
  return found;
}

std::vector<std::string> reproducible_names(const PublishedPapers& papers) {
  std::vector<std::string> names;
  for (const auto& paper : papers) {
    if (paper.tables.empty()) continue;
    names.push_back(paper.key);
    for (const auto& table : paper.tables) names.push_back(table.id);
  }
  return names;
}

std::vector<ReproducedTable> reproduced_tables(const PublishedPapers& papers,
                                               const std::vector<std::string>& reproduces) {
  std::vector<ReproducedTable> found;
  std::set<const PublishedTable*> seen;
  for (const auto& name : reproduces) {
    for (const auto& paper : papers) {
      for (const auto& table : paper.tables) {
        const bool named = name == table.id || name == paper.key;
        if (named && seen.insert(&table).second) found.push_back({&paper, &table});
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.table->source_kind < b.table->source_kind;
  });
  return found;
}

std::vector<PublishedReference> references_for(const PublishedPapers& papers,
                                               const ComparedCell& cell,
                                               const std::vector<std::string>& reproduces) {
  std::vector<PublishedReference> found;
  for (const auto& [paper, table] : reproduced_tables(papers, reproduces)) {
    const bool same_metric = table->metric == cell.metric || table->metric == kUnstatedMetric;
    if (table->dataset != cell.dataset || !same_metric) continue;
    for (const auto& value : table->values) {
      if (stands_beside(*table, value, cell)) found.push_back({paper, table, &value});
    }
  }
  return found;
}

}  // namespace ptqbench
