#include "results/published/published_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "results/cells/cell_record.h"
#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

std::string fields_text(const PublishedFields& fields, const char* between) {
  std::vector<std::string> parts;
  for (const auto& [name, text] : fields) parts.push_back(name + between + text);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string settings_text(const std::vector<PublishedSetting>& settings) {
  std::vector<std::string> parts;
  for (const auto& setting : settings)
    parts.push_back(fmt::format("{}={}", setting.name, fmt::join(setting.values, "|")));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string bits_text(const PublishedValue& value) {
  if (value.method == "fp") return "fp";
  return bits_label(value.bits);
}

std::string with_deviation(const PublishedValue& value) {
  auto text = published_number(value.value);
  if (!std::isnan(value.standard_deviation))
    text += "\u00b1" + published_number(value.standard_deviation);
  return text;
}

std::string remark_of(const PublishedValue& value) {
  auto text = fields_text(value.details, "=");
  const auto settings = settings_text(value.settings);
  if (!text.empty() && !settings.empty()) text += ", ";
  return text + settings;
}

const std::vector<Alignment> kColumns = {Alignment::kLeft, Alignment::kLeft, Alignment::kLeft,
                                         Alignment::kRight, Alignment::kLeft};

/// The numbers of one table that stand one after another.
struct Group {
  const PublishedPaper* paper;
  const PublishedTable* table;
  TextGrid grid = {{"Model", "Bits", "Method", "Value", "Remarks"}};
};

std::vector<Group> group_by_table(const std::vector<PublishedReference>& references) {
  std::vector<Group> groups;
  for (const auto& [paper, table, value] : references) {
    if (groups.empty() || groups.back().table != table) groups.push_back({paper, table});
    groups.back().grid.push_back({value->model, bits_text(*value), value->method,
                                  with_deviation(*value), remark_of(*value)});
  }
  return groups;
}

/// "QDrop: ... (ICLR 2022, arXiv:2203.05740)" and the remarks on the paper.
std::vector<std::string> paper_lines(const PublishedPaper& paper) {
  std::vector<std::string> about;
  if (!paper.venue.empty()) about.push_back(paper.venue);
  if (paper.year && paper.venue.find(std::to_string(*paper.year)) == std::string::npos)
    about.push_back(std::to_string(*paper.year));
  if (!paper.arxiv.empty()) about.push_back("arXiv:" + paper.arxiv);
  std::vector<std::string> lines = {paper.title};
  if (!about.empty()) lines[0] += fmt::format(" ({})", fmt::join(about, ", "));
  for (const auto& remark : paper.remarks) lines.push_back("remark: " + remark);
  return lines;
}

/// What a reader has to know of a table besides its numbers; how they were measured only where it
/// would not drown the rest.
std::vector<std::string> table_lines(const PublishedTable& table, size_t tables) {
  std::vector<std::string> lines = {
      table.caption, fmt::format("{}, {}: {}{}", table.task, table.dataset, table.metric,
                                 table.higher_is_better ? "" : " (lower is better)")};
  lines.push_back(
      fmt::format("source ({}): {}", source_kind_name(table.source_kind), source_text(table)));
  if (!table.settings.empty()) lines.push_back("settings: " + settings_text(table.settings));
  for (const auto& remark : table.remarks) lines.push_back("remark: " + remark);
  if (tables > 1) return lines;
  for (const auto& [name, text] : table.protocol)
    lines.push_back(fmt::format("protocol: {} {}", name, text));
  return lines;
}

}  // namespace

std::string published_number(double value) {
  const auto fixed = fmt::format("{:.2f}", value);
  const auto exact = fmt::format("{}", value);
  return exact.size() > fixed.size() ? fmt::format("{:.3f}", value) : fixed;
}

std::string source_text(const PublishedTable& table) { return fields_text(table.source, " "); }

std::string render_published_console(const std::vector<PublishedReference>& references) {
  std::string text;
  const PublishedPaper* paper = nullptr;
  const auto groups = group_by_table(references);
  for (const auto& group : groups) {
    if (!text.empty()) text += "\n";
    if (group.paper != paper) {
      paper = group.paper;
      for (const auto& line : paper_lines(*paper)) text += line + "\n";
      text += "\n";
    }
    text += group.table->id + "\n";
    for (const auto& line : table_lines(*group.table, groups.size())) text += "  " + line + "\n";
    for (const auto& line : aligned_lines(group.grid, kColumns)) text += "    " + line + "\n";
  }
  return text;
}

std::string render_published_markdown(const std::vector<PublishedReference>& references) {
  std::string text;
  const PublishedPaper* paper = nullptr;
  const auto groups = group_by_table(references);
  for (const auto& group : groups) {
    if (!text.empty()) text += "\n";
    if (group.paper != paper) {
      paper = group.paper;
      const auto lines = paper_lines(*paper);
      text += "## " + lines[0] + "\n\n";
      for (size_t i = 1; i < lines.size(); ++i) text += "- " + lines[i] + "\n";
      if (lines.size() > 1) text += "\n";
    }
    text += fmt::format("### {}\n\n", group.table->id);
    for (const auto& line : table_lines(*group.table, groups.size())) text += "- " + line + "\n";
    text += "\n" + markdown_table(group.grid, kColumns);
  }
  return text;
}

std::string render_published_csv(const std::vector<PublishedReference>& references) {
  TextGrid grid = {{"paper", "table", "task", "dataset", "metric", "model", "method", "weight_bits",
                    "activation_bits", "value", "standard_deviation", "source_kind", "source",
                    "settings", "remarks"}};
  for (const auto& [paper, table, value] : references) {
    grid.push_back(
        {paper->key, table->id, table->task, table->dataset, table->metric, value->model,
         value->method, fmt::format("{}", value->bits.weights),
         fmt::format("{}", value->bits.activations), fmt::format("{}", value->value),
         std::isnan(value->standard_deviation) ? "" : fmt::format("{}", value->standard_deviation),
         source_kind_name(table->source_kind), source_text(*table), settings_text(table->settings),
         remark_of(*value)});
  }
  return csv_lines(grid);
}

}  // namespace ptqbench
