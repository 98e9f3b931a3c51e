#include "results/tables/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "results/cells/variants.h"
#include "results/published/published_text.h"
#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

constexpr const char* kNoCell = "-";
constexpr const char* kFullPrecision = "full precision";
constexpr const char* kDagger = "\u2020";
constexpr const char* kDoubleDagger = "\u2021";
constexpr const char* kDots = "\u2026";
constexpr const char* kBeyond = "!";
constexpr const char* kPlusMinus = "\u00b1";

std::string unchanged(const std::string& text) { return text; }

/// What the three formats for readers write differently.
struct Style {
  std::string plus_minus = kPlusMinus;
  std::string dagger = kDagger;
  std::string double_dagger = kDoubleDagger;
  std::string dots = kDots;
  std::string (*escape)(const std::string&) = unchanged;
  std::string (*bold)(const std::string&) = unchanged;
};

/// A table as text: header, full-precision row, rows; after each row a line for every source with
/// a number for it.
struct Grid {
  TextGrid lines;
  /// The lines with which the rows of a bit width begin.
  std::vector<std::size_t> groups;
};

/// A mean as far as the reader can tell it from another.
std::string shown(double value) { return fmt::format("{:.2f}", value); }

/// Whether each row's entry in column `model` is the best of its bits.
std::vector<bool> best_rows(const AccuracyTable& table, std::size_t model) {
  const auto has_value = [&](const TableRow& row) {
    return row.entries[model].seeds > 0 && std::isfinite(row.entries[model].mean);
  };
  std::vector<bool> is_best(table.rows.size(), false);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (!has_value(table.rows[i])) continue;
    const double mean = table.rows[i].entries[model].mean;
    int rivals = 0;
    bool beaten = false;
    for (std::size_t j = 0; j < table.rows.size(); ++j) {
      const TableRow& other = table.rows[j];
      const bool same_group = other.bits == table.rows[i].bits;
      if (i == j || !same_group || !has_value(other)) continue;
      ++rivals;
      const double other_mean = other.entries[model].mean;
      const bool better = table.higher_is_better ? other_mean > mean : other_mean < mean;
      beaten = beaten || (better && shown(other_mean) != shown(mean));
    }
    is_best[i] = rivals > 0 && !beaten;
  }
  return is_best;
}

std::string entry_text(const TableEntry& entry, const Style& style, bool bold) {
  if (entry.seeds == 0) {
    if (entry.failed_seeds > 0) return "failed" + style.dagger;
    return entry.missing_seeds > 0 ? style.dots : kNoCell;
  }
  std::string text = shown(entry.mean);
  if (entry.seeds > 1) text += style.plus_minus + shown(entry.standard_deviation);
  if (bold) text = style.bold(text);
  if (entry.failed_seeds > 0) text += style.dagger;
  if (entry.missing_seeds > 0) text += style.double_dagger;
  return text;
}

/// "a", ..., "z", "aa", ...: the mark of a source.
std::string mark(std::size_t source) {
  constexpr std::size_t kLetters = 26;
  std::string letters(1, static_cast<char>('a' + source % kLetters));
  return source < kLetters ? letters : mark(source / kLetters - 1) + letters;
}

/// "primary", "quoted in issue".
std::string kind_text(SourceKind kind) {
  auto text = source_kind_name(kind);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// "69.10 -0.15!": the numbers of one source for an entry, each with the difference of ours to it.
std::string published_text(const TableEntry& entry, std::size_t source, const Style& style) {
  std::string text;
  for (const ComparedValue& compared : entry.published) {
    if (compared.source != source) continue;
    if (!text.empty()) text += ", ";
    text += published_number(compared.value);
    if (!std::isnan(compared.standard_deviation))
      text += style.plus_minus + published_number(compared.standard_deviation);
    text += fmt::format(" {:+.2f}", entry.mean - compared.value);
    if (compared.beyond_two_standard_errors) text += kBeyond;
  }
  return text;
}

/// A line for each source that has a number for one of the entries.
void add_published_lines(Grid& grid, const AccuracyTable& table,
                         const std::vector<TableEntry>& entries, const Style& style) {
  for (std::size_t source = 0; source < table.sources.size(); ++source) {
    std::vector<std::string> line = {
        "", style.escape(fmt::format("published {} ({})", mark(source),
                                     kind_text(table.sources[source].kind)))};
    bool has_number = false;
    for (const TableEntry& entry : entries) {
      line.push_back(published_text(entry, source, style));
      has_number = has_number || !line.back().empty();
    }
    if (!has_number) continue;
    grid.lines.push_back(std::move(line));
  }
}

bool starts_group(const AccuracyTable& table, std::size_t row) {
  return row == 0 || table.rows[row].bits != table.rows[row - 1].bits;
}

Grid make_grid(const AccuracyTable& table, const Style& style) {
  Grid grid;
  std::vector<std::string> header = {"Bits", "Method"};
  std::vector<std::string> full_precision = {"fp", kFullPrecision};
  std::vector<std::vector<bool>> is_best;
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    header.push_back(style.escape(table.models[model]));
    full_precision.push_back(entry_text(table.full_precision[model], style, false));
    is_best.push_back(best_rows(table, model));
  }
  grid.lines = {header, full_precision};
  add_published_lines(grid, table, table.full_precision, style);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const TableRow& row = table.rows[i];
    if (starts_group(table, i)) grid.groups.push_back(grid.lines.size());
    std::vector<std::string> line = {bits_label(row.bits),
                                     style.escape(variant_name(row.method, row.variant))};
    for (std::size_t model = 0; model < table.models.size(); ++model)
      line.push_back(entry_text(row.entries[model], style, is_best[model][i]));
    grid.lines.push_back(std::move(line));
    add_published_lines(grid, table, row.entries, style);
  }
  return grid;
}

bool contains(const std::vector<std::size_t>& lines, std::size_t line) {
  return std::binary_search(lines.begin(), lines.end(), line);
}

/// The first two columns to the left, numbers to the right.
std::vector<Alignment> alignment(const AccuracyTable& table) {
  std::vector<Alignment> sides(2 + table.models.size(), Alignment::kRight);
  sides[0] = sides[1] = Alignment::kLeft;
  return sides;
}

/// "classification, fashion_mnist: top1_accuracy, mean±sample standard deviation of 3 seeds".
std::string title(const AccuracyTable& table) {
  int64_t fewest = std::numeric_limits<int64_t>::max();
  int64_t most = 0;
  for (const TableRow& row : table.rows) {
    for (const TableEntry& entry : row.entries) {
      if (entry.seeds == 0) continue;
      fewest = std::min(fewest, entry.seeds);
      most = std::max(most, entry.seeds);
    }
  }
  std::string text = fmt::format("{}, {}: {}", table.task, table.dataset,
                                 table.metric_name.empty() ? "no metric" : table.metric_name);
  if (!table.higher_is_better) text += " (lower is better)";
  if (most > 1) {
    text += fmt::format(
        ", mean{}sample standard deviation of {} seeds", kPlusMinus,
        fewest == most ? fmt::format("{}", most) : fmt::format("{} to {}", fewest, most));
  }
  return text;
}

/// What a reader has to know about one entry.
void add_entry_notes(std::vector<std::string>& lines, const std::string& where,
                     const TableEntry& entry) {
  const int64_t all = entry.seeds + entry.failed_seeds + entry.missing_seeds;
  if (entry.failed_seeds > 0) {
    lines.push_back(
        fmt::format("{} {}: {} of {} seeds failed", kDagger, where, entry.failed_seeds, all));
  }
  if (entry.missing_seeds > 0 && entry.seeds > 0) {
    lines.push_back(fmt::format("{} {}: {} of {} seeds not run yet", kDoubleDagger, where,
                                entry.missing_seeds, all));
  }
}

/// The list of sources, after what the marks mean.
void add_sources(std::vector<std::string>& lines, const AccuracyTable& table) {
  if (table.sources.empty()) return;
  lines.push_back(fmt::format(
      "published: value and difference of ours; {} beyond two standard errors of our mean",
      kBeyond));
  for (std::size_t i = 0; i < table.sources.size(); ++i) {
    const TableSource& source = table.sources[i];
    lines.push_back(fmt::format("{} ({}): {}: {}", mark(i), kind_text(source.kind), source.id,
                                source.description));
  }
}

/// The sentences below a table.
std::vector<std::string> notes(const AccuracyTable& table) {
  std::vector<std::string> lines;
  bool has_dots = false;
  for (const TableRow& row : table.rows) {
    for (std::size_t model = 0; model < table.models.size(); ++model) {
      const TableEntry& entry = row.entries[model];
      const auto where = fmt::format("{} {}, {}", bits_label(row.bits),
                                     variant_name(row.method, row.variant), table.models[model]);
      add_entry_notes(lines, where, entry);
      has_dots = has_dots || (entry.seeds + entry.failed_seeds == 0 && entry.missing_seeds > 0);
    }
  }
  if (has_dots) lines.push_back(fmt::format("{} not run yet", kDots));
  for (const auto& warning : table.warnings) lines.push_back("WARNING: " + warning);
  lines.insert(lines.end(), table.notes.begin(), table.notes.end());
  add_sources(lines, table);
  return lines;
}

std::string escape_latex(const std::string& text) {
  static const std::vector<std::pair<char, const char*>> special = {{'\\', "\\textbackslash{}"},
                                                                    {'~', "\\textasciitilde{}"},
                                                                    {'^', "\\textasciicircum{}"},
                                                                    {'_', "\\_"},
                                                                    {'&', "\\&"},
                                                                    {'%', "\\%"},
                                                                    {'#', "\\#"},
                                                                    {'$', "\\$"},
                                                                    {'{', "\\{"},
                                                                    {'}', "\\}"}};
  std::string escaped;
  for (const char c : text) {
    const auto found = std::find_if(special.begin(), special.end(),
                                    [c](const auto& entry) { return entry.first == c; });
    if (found == special.end()) {
      escaped += c;
    } else {
      escaped += found->second;
    }
  }
  return escaped;
}

}  // namespace

std::string render_console(const AccuracyTable& table) {
  const Grid grid = make_grid(table, Style());
  const auto lines = aligned_lines(grid.lines, alignment(table));
  std::string text = title(table) + "\n\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (contains(grid.groups, i)) text += "\n";
    text += lines[i] + "\n";
  }
  const auto remarks = notes(table);
  if (!remarks.empty()) text += "\n";
  for (const auto& note : remarks) text += note + "\n";
  return text;
}

std::string render_markdown(const AccuracyTable& table) {
  Style style;
  style.escape = escape_markdown;
  style.bold = [](const std::string& text) { return "**" + text + "**"; };
  std::string text = escape_markdown(title(table)) + "\n\n" +
                     markdown_rows(make_grid(table, style).lines, alignment(table));
  const auto remarks = notes(table);
  if (!remarks.empty()) text += "\n";
  for (const auto& note : remarks) text += "- " + escape_markdown(note) + "\n";
  return text;
}

std::string render_html(const AccuracyTable& table) {
  Style style;
  style.escape = escape_html;
  style.bold = [](const std::string& text) { return "<b>" + text + "</b>"; };
  const Grid grid = make_grid(table, style);
  std::string text = "<section><h3>" + escape_html(title(table)) + "</h3>\n<table class=results>\n";
  for (std::size_t i = 0; i < grid.lines.size(); ++i) {
    const bool published = i > 0 && grid.lines[i][0].empty();
    const char* row_class = published ? "published" : contains(grid.groups, i) ? "group" : "";
    const char* tag = i == 0 ? "th" : "td";
    text += fmt::format("<tr class=\"{}\">", row_class);
    for (const auto& cell : grid.lines[i]) text += fmt::format("<{0}>{1}</{0}>", tag, cell);
    text += "</tr>\n";
  }
  text += "</table>\n";
  for (const auto& note : notes(table)) {
    const bool warns = note.rfind("WARNING", 0) == 0;
    text += fmt::format("<p class=\"{}\">{}</p>\n", warns ? "warning" : "note", escape_html(note));
  }
  return text + "</section>\n";
}

std::string render_latex(const AccuracyTable& table) {
  Style style;
  style.plus_minus = "$\\pm$";
  style.dagger = "$^\\dagger$";
  style.double_dagger = "$^\\ddagger$";
  style.dots = "\\dots";
  style.escape = escape_latex;
  style.bold = [](const std::string& text) { return "\\textbf{" + text + "}"; };
  const Grid grid = make_grid(table, style);
  std::string text = "% " + title(table) + "\n\\begin{tabular}{ll" +
                     std::string(table.models.size(), 'r') + "}\n\\toprule\n";
  for (std::size_t i = 0; i < grid.lines.size(); ++i) {
    auto cells = grid.lines[i];
    const bool starts = i < 2 || contains(grid.groups, i);
    if (i > 0 && starts) text += "\\midrule\n";
    if (!starts) cells[0].clear();
    text += fmt::format("{} \\\\\n", fmt::join(cells, " & "));
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const auto& note : notes(table)) text += "% " + note + "\n";
  return text;
}

}  // namespace ptqbench
