#include "results/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace ptqbench {
namespace {

constexpr const char* kNoCell = "-";
constexpr const char* kFullPrecision = "full precision";
constexpr const char* kDagger = "\u2020";
constexpr const char* kDoubleDagger = "\u2021";
constexpr const char* kDots = "\u2026";
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

/// The cells of a table as text: header, full-precision row, rows.
using Grid = std::vector<std::vector<std::string>>;

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
      const bool same_group = other.weight_bits == table.rows[i].weight_bits &&
                              other.activation_bits == table.rows[i].activation_bits;
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

std::string method_text(const TableRow& row) {
  return row.variant.empty() ? row.method : fmt::format("{} ({})", row.method, row.variant);
}

Grid make_grid(const AccuracyTable& table, const Style& style) {
  Grid grid(2 + table.rows.size());
  grid[0] = {"Bits", "Method"};
  grid[1] = {"fp", kFullPrecision};
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const TableRow& row = table.rows[i];
    grid[2 + i] = {bits_label(row.weight_bits, row.activation_bits),
                   style.escape(method_text(row))};
  }
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    grid[0].push_back(style.escape(table.models[model]));
    grid[1].push_back(entry_text(table.full_precision[model], style, false));
    const std::vector<bool> is_best = best_rows(table, model);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      grid[2 + i].push_back(entry_text(table.rows[i].entries[model], style, is_best[i]));
    }
  }
  return grid;
}

bool starts_group(const AccuracyTable& table, std::size_t row) {
  return row == 0 || table.rows[row].weight_bits != table.rows[row - 1].weight_bits ||
         table.rows[row].activation_bits != table.rows[row - 1].activation_bits;
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

/// The sentences below a table.
std::vector<std::string> notes(const AccuracyTable& table) {
  std::vector<std::string> lines;
  bool has_dots = false;
  for (const TableRow& row : table.rows) {
    for (std::size_t model = 0; model < table.models.size(); ++model) {
      const TableEntry& entry = row.entries[model];
      const auto where = fmt::format("{} {}, {}", bits_label(row.weight_bits, row.activation_bits),
                                     method_text(row), table.models[model]);
      add_entry_notes(lines, where, entry);
      has_dots = has_dots || (entry.seeds + entry.failed_seeds == 0 && entry.missing_seeds > 0);
    }
  }
  if (has_dots) lines.push_back(fmt::format("{} not run yet", kDots));
  lines.insert(lines.end(), table.notes.begin(), table.notes.end());
  return lines;
}

/// Columns that `text` takes in a terminal, for scripts whose letters take one each: UTF-8
/// continuation bytes take none.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// Lines of aligned columns, the first two to the left, numbers to the right.
std::vector<std::string> aligned(const Grid& grid) {
  std::vector<std::size_t> widths(grid[0].size(), 0);
  for (const auto& row : grid) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::vector<std::string> lines;
  for (const auto& row : grid) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      if (i > 0) line += "  ";
      line += i < 2 ? row[i] + padding : padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  return lines;
}

std::string escape_markdown(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
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

std::string quote_csv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// With as many digits as read back to the same number.
std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string csv_line(const AccuracyTable& table, const std::vector<std::string>& row,
                     std::size_t model, const TableEntry& entry) {
  std::string line;
  for (const auto& text : {table.task, table.dataset, table.metric_name}) {
    line += quote_csv(text) + ',';
  }
  for (const auto& text : row) line += quote_csv(text) + ',';
  return line + fmt::format("{},{},{},{},{},{}\n", quote_csv(table.models[model]),
                            csv_number(entry.mean), csv_number(entry.standard_deviation),
                            entry.seeds, entry.failed_seeds, entry.missing_seeds);
}

}  // namespace

std::string render_console(const AccuracyTable& table) {
  const std::vector<std::string> lines = aligned(make_grid(table, Style()));
  std::string text = title(table) + "\n\n" + lines[0] + "\n" + lines[1] + "\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (starts_group(table, i)) text += "\n";
    text += lines[2 + i] + "\n";
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
  const Grid grid = make_grid(table, style);
  std::string text = escape_markdown(title(table)) + "\n\n";
  for (std::size_t i = 0; i < grid.size(); ++i) {
    for (const auto& cell : grid[i]) text += "| " + cell + " ";
    text += "|\n";
    if (i > 0) continue;
    text += "|---|---|";
    for (std::size_t model = 0; model < table.models.size(); ++model) text += "---:|";
    text += "\n";
  }
  const auto remarks = notes(table);
  if (!remarks.empty()) text += "\n";
  for (const auto& note : remarks) text += "- " + escape_markdown(note) + "\n";
  return text;
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
  const auto add_row = [](std::string& text, const std::vector<std::string>& cells) {
    text += fmt::format("{} \\\\\n", fmt::join(cells, " & "));
  };
  std::string text = "% " + title(table) + "\n\\begin{tabular}{ll" +
                     std::string(table.models.size(), 'r') + "}\n\\toprule\n";
  add_row(text, grid[0]);
  text += "\\midrule\n";
  add_row(text, grid[1]);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    std::vector<std::string> cells = grid[2 + i];
    if (starts_group(table, i)) {
      text += "\\midrule\n";
    } else {
      cells[0].clear();
    }
    add_row(text, cells);
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const auto& note : notes(table)) text += "% " + note + "\n";
  return text;
}

std::string render_csv(const AccuracyTable& table) {
  std::string text =
      "task,dataset,metric,bits,weight_bits,activation_bits,method,variant,model,mean,"
      "standard_deviation,seeds,failed_seeds,missing_seeds\n";
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    if (table.full_precision[model].seeds == 0) continue;
    text += csv_line(table, {"fp", "", "", kFullPrecision, ""}, model, table.full_precision[model]);
  }
  for (const TableRow& row : table.rows) {
    for (std::size_t model = 0; model < table.models.size(); ++model) {
      const TableEntry& entry = row.entries[model];
      if (entry.seeds + entry.failed_seeds + entry.missing_seeds == 0) continue;
      text += csv_line(
          table,
          {bits_label(row.weight_bits, row.activation_bits), fmt::format("{}", row.weight_bits),
           fmt::format("{}", row.activation_bits), row.method, row.variant},
          model, entry);
    }
  }
  return text;
}

}  // namespace ptqbench
