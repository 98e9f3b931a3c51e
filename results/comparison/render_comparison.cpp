#include "results/comparison/render_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "results/text/text_grid.h"

namespace ptqbench {
namespace {

using GridText = std::string (*)(const TextGrid&, const std::vector<Alignment>&);

/// What the formats for readers write differently.
struct Style {
  std::string heading;
  std::string item;
  GridText table;
  std::string (*escape)(const std::string&);
};

std::string console_table(const TextGrid& grid, const std::vector<Alignment>& alignment) {
  std::string text;
  for (const auto& line : aligned_lines(grid, alignment)) text += line + "\n";
  return text;
}

std::string number(const char* format, double value) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

std::string p_text(double p) { return p < 1e-4 ? "<0.0001" : number("{:.4f}", p); }

/// Of so many values.
std::string interval_text(const char* format, const statistics::Interval& interval,
                          int64_t values) {
  if (values < kFewestSeeds) return "too few";
  if (std::isnan(interval.low)) return "-";
  return number(format, interval.low) + " to " + number(format, interval.high);
}

std::string count_text(const ComparisonRow& row) {
  return row.paired ? fmt::format("{}", row.first_count)
                    : fmt::format("{}+{}", row.first_count, row.second_count);
}

/// What is held against what, if that is not run B against A: "qdrop - adaround".
std::string contrast(const ComparisonRow& row) {
  if (row.first == "A" && row.second == "B") return row.method;
  const auto sides = row.second + " - " + row.first;
  return row.method.empty() ? sides : fmt::format("{}: {}", row.method, sides);
}

bool is_overall(const ComparisonRow& row) { return row.model.empty(); }

bool has_independent(const std::vector<ComparisonRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return !row.paired; });
}

int64_t fewest(const ComparisonRow& row) { return std::min(row.first_count, row.second_count); }

bool is_too_few(const ComparisonRow& row) { return fewest(row) < kFewestSeeds; }

std::vector<std::string> row_cells(const RunComparison& comparison, const ComparisonRow& row) {
  std::vector<std::string> line = {row.dataset, row.metric_name};
  if (!is_overall(row)) line.insert(line.end(), {row.model, row.bits});
  line.insert(line.end(), {contrast(row), count_text(row), number("{:.2f}", row.first_mean),
                           number("{:.2f}", row.second_mean), number("{:+.3f}", row.difference),
                           interval_text("{:+.3f}", row.interval, fewest(row)),
                           is_too_few(row) ? "-" : p_text(row.rank.p),
                           p_text(row.corrected_p) + (row.p_of_t_test ? " t" : "")});
  if (is_overall(row)) line.push_back(fmt::format("{}/{}/{}", row.wins, row.ties, row.losses));
  line.push_back(verdict_name(row.verdict));
  if (comparison.of_two_runs && row.repeatable && row.verdict == Verdict::kWorse)
    line.back() += " (repeatable)";
  return line;
}

std::vector<std::string> header(const RunComparison& comparison, bool overall) {
  const bool runs = comparison.of_two_runs;
  std::vector<std::string> line = {"Data", "Metric"};
  if (!overall) line.insert(line.end(), {"Model", "Bits"});
  line.insert(line.end(),
              {runs ? "Method" : "Second - first", "n", runs ? "A" : "First", runs ? "B" : "Second",
               "Difference", fmt::format("{:g} % interval", 100 * comparison.options.confidence),
               "rank p", "Holm p"});
  if (overall) line.emplace_back("+/=/-");
  line.emplace_back("Verdict");
  return line;
}

std::vector<Alignment> alignment(const TextGrid& grid, std::size_t labels) {
  std::vector<Alignment> sides(grid.front().size(), Alignment::kRight);
  for (std::size_t i = 0; i < labels; ++i) sides[i] = Alignment::kLeft;
  sides.back() = Alignment::kLeft;
  return sides;
}

std::string rows_text(const RunComparison& comparison, const std::vector<ComparisonRow>& rows,
                      const std::string& title, const Style& style) {
  if (rows.empty()) return "";
  const bool overall = is_overall(rows.front());
  TextGrid grid = {header(comparison, overall)};
  int64_t equal = 0;
  for (const auto& row : rows) {
    if (row.verdict == Verdict::kEqual) {
      ++equal;
    } else {
      grid.push_back(row_cells(comparison, row));
    }
  }
  auto text = style.heading + title + "\n\n";
  if (grid.size() > 1) text += style.table(grid, alignment(grid, overall ? 3 : 5)) + "\n";
  if (equal > 0)
    text += fmt::format("{} of {} rows: all numbers are equal\n\n", equal, rows.size());
  return text;
}

std::string resources_text(const RunComparison& comparison, const Style& style) {
  if (comparison.resources.empty()) return "";
  TextGrid grid = {{"Data", "Method", "What", "n", "B/A", "interval", "Verdict"}};
  for (const auto& row : comparison.resources) {
    grid.push_back({row.dataset, row.method, row.resource == Resource::kTime ? "time" : "memory",
                    fmt::format("{}", row.pairs), number("{:.3f}", row.ratio),
                    interval_text("{:.3f}", row.interval, row.pairs),
                    row.verdict ? verdict_name(*row.verdict) : "not judged"});
  }
  return style.heading + "Time and memory\n\n" + style.table(grid, alignment(grid, 3)) + "\n";
}

std::string matrix_text(const WinMatrix& matrix, const Style& style) {
  TextGrid grid = {{"wins/ties/losses against"}};
  for (const auto& name : matrix.names) grid[0].push_back(name);
  for (std::size_t i = 0; i < matrix.names.size(); ++i) {
    std::vector<std::string> line = {matrix.names[i]};
    for (std::size_t j = 0; j < matrix.names.size(); ++j) {
      const WinTieLoss& counts = matrix.counts[i][j];
      line.push_back(i == j ? ""
                            : fmt::format("{}/{}/{}", counts.wins, counts.ties, counts.losses));
    }
    grid.push_back(std::move(line));
  }
  std::vector<Alignment> sides(grid.front().size(), Alignment::kRight);
  sides[0] = Alignment::kLeft;
  return fmt::format("{}{}, {}{}: who wins\n\n", style.heading, matrix.dataset, matrix.metric_name,
                     matrix.method.empty() ? "" : ", " + matrix.method) +
         style.table(grid, sides) + "\n";
}

/// "failed in A: 3 cells: fashion_mnist resnet20 w2a2 qdrop seed 1, ...".
std::vector<std::string> unpaired_lines(const RunComparison& comparison) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> reasons;
  std::map<std::string, std::vector<std::string>> cells;
  for (const auto& [cell, reason] : comparison.unpaired) {
    if (cells[reason].empty()) reasons.push_back(reason);
    cells[reason].push_back(cell);
  }
  std::vector<std::string> lines;
  for (const auto& reason : reasons) {
    const auto& names = cells[reason];
    std::string text = fmt::format("not compared, {}: {} cell(s): ", reason, names.size());
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
      text += (i == 0 ? "" : ", ") + names[i];
    lines.push_back(text + (names.size() > kMostNamed ? ", ..." : ""));
  }
  return lines;
}

bool any_verdict(const RunComparison& comparison, Verdict verdict) {
  const auto has = [&](const ComparisonRow& row) { return row.verdict == verdict; };
  return std::any_of(comparison.overall.begin(), comparison.overall.end(), has) ||
         std::any_of(comparison.cells.begin(), comparison.cells.end(), has);
}

bool any_t_test(const RunComparison& comparison) {
  const auto has = [](const ComparisonRow& row) { return row.p_of_t_test; };
  return std::any_of(comparison.overall.begin(), comparison.overall.end(), has) ||
         std::any_of(comparison.cells.begin(), comparison.cells.end(), has);
}

/// What a reader of the tables has to know.
std::vector<std::string> remarks(const RunComparison& comparison) {
  std::vector<std::string> lines = comparison.notes;
  if (any_t_test(comparison))
    lines.push_back("t: too few values for a rank test to be certain; p of the t-test instead");
  if (has_independent(comparison.cells))
    lines.push_back("n of the form a+b: no seed in common, so the values are taken as independent");
  if (any_verdict(comparison, Verdict::kUncertain))
    lines.push_back("uncertain: beyond the tolerance, but it may be luck; more seeds would tell");
  if (any_verdict(comparison, Verdict::kTooFewSeeds))
    lines.push_back(fmt::format(
        "too few seeds: beyond the tolerance, and fewer than {} seeds say nothing about luck",
        kFewestSeeds));
  if (any_verdict(comparison, Verdict::kWithinTolerance)) {
    std::map<std::string, double> tolerances;
    for (const auto& row : comparison.cells)
      tolerances[row.metric_name] = tolerance_of(comparison.options, row.metric_name);
    for (const auto& [metric, tolerance] : tolerances)
      lines.push_back(fmt::format("level: {} within {:g}", metric, tolerance));
  }
  const auto unpaired = unpaired_lines(comparison);
  lines.insert(lines.end(), unpaired.begin(), unpaired.end());
  return lines;
}

std::string summary(const RunComparison& comparison) {
  if (is_empty(comparison)) return "nothing could be compared";
  return regressions(comparison).empty() ? "no regression" : "";
}

std::string render(const RunComparison& comparison, const Style& style) {
  std::string text = rows_text(comparison, comparison.overall, "Over models and bits", style) +
                     rows_text(comparison, comparison.cells, "By model and bits", style);
  for (const auto& matrix : comparison.matrices) text += matrix_text(matrix, style);
  text += resources_text(comparison, style);
  const auto lines = remarks(comparison);
  for (const auto& line : lines) text += style.item + style.escape(line) + "\n";
  if (!lines.empty()) text += "\n";
  for (const auto& line : regressions(comparison)) text += style.item + style.escape(line) + "\n";
  const auto last = summary(comparison);
  if (!last.empty() && (comparison.of_two_runs || is_empty(comparison))) text += last + "\n";
  return text;
}

std::string all_digits(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::vector<std::string> csv_row(const ComparisonRow& row) {
  return {row.task,
          row.dataset,
          row.metric_name,
          row.model,
          row.bits,
          row.method,
          row.first,
          row.second,
          row.paired ? "true" : "false",
          fmt::format("{}", row.first_count),
          fmt::format("{}", row.second_count),
          fmt::format("{}", row.equal_pairs),
          row.repeatable ? "true" : "false",
          all_digits(row.first_mean),
          all_digits(row.second_mean),
          all_digits(row.difference),
          all_digits(row.interval.low),
          all_digits(row.interval.high),
          all_digits(row.rank.p),
          row.p_of_t_test ? "t" : (row.paired ? "wilcoxon" : "mann_whitney"),
          all_digits(row.p),
          all_digits(row.corrected_p),
          verdict_name(row.verdict)};
}

std::vector<std::string> csv_row(const ResourceRow& row) {
  const auto count = fmt::format("{}", row.pairs);
  return {row.task,
          row.dataset,
          row.resource == Resource::kTime ? "time_ratio" : "memory_ratio",
          "",
          "",
          row.method,
          "A",
          "B",
          "true",
          count,
          count,
          "",
          "",
          "",
          "",
          all_digits(row.ratio),
          all_digits(row.interval.low),
          all_digits(row.interval.high),
          "",
          "",
          "",
          "",
          row.verdict ? verdict_name(*row.verdict) : ""};
}

std::string row_regression(const ComparisonRow& row) {
  const auto where = is_overall(row) ? "over models and bits" : row.model + " " + row.bits;
  return fmt::format("REGRESSION: {} {} {}: {} {:.2f} to {:.2f} ({:+.3f}, n {}{})", row.dataset,
                     where, row.method, row.metric_name, row.first_mean, row.second_mean,
                     row.difference, row.first_count,
                     row.repeatable ? ", where the same program repeats the same number" : "");
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kEqual:
      return "equal";
    case Verdict::kWithinTolerance:
      return "level";
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kUncertain:
      return "uncertain";
    case Verdict::kTooFewSeeds:
      return "too few seeds";
  }
  return "";
}

std::string render_comparison_console(const RunComparison& comparison) {
  return render(comparison, {"", "", console_table, [](const std::string& text) { return text; }});
}

std::string render_comparison_markdown(const RunComparison& comparison) {
  return render(comparison, {"### ", "- ", markdown_table, escape_markdown});
}

std::string render_comparison_csv(const RunComparison& comparison) {
  TextGrid grid = {
      {"task",       "dataset",    "metric",      "model",       "bits",         "method",
       "first",      "second",     "paired",      "first_count", "second_count", "equal_pairs",
       "repeatable", "first_mean", "second_mean", "difference",  "low",          "high",
       "rank_p",     "test",       "p",           "corrected_p", "verdict"}};
  for (const auto& row : comparison.overall) grid.push_back(csv_row(row));
  for (const auto& row : comparison.cells) grid.push_back(csv_row(row));
  for (const auto& row : comparison.resources) grid.push_back(csv_row(row));
  return csv_lines(grid);
}

std::vector<std::string> regressions(const RunComparison& comparison) {
  std::vector<std::string> lines;
  if (!comparison.of_two_runs) return lines;
  for (const auto& [cell, reason] : comparison.newly_failed)
    lines.push_back(fmt::format("REGRESSION: {} fails now: {}", cell, reason));
  std::vector<const ComparisonRow*> worse;
  for (const auto* rows : {&comparison.overall, &comparison.cells}) {
    for (const auto& row : *rows) {
      if (row.verdict == Verdict::kWorse) worse.push_back(&row);
    }
  }
  std::stable_sort(worse.begin(), worse.end(), [](const auto* left, const auto* right) {
    return std::abs(left->difference) > std::abs(right->difference);
  });
  for (const auto* row : worse) lines.push_back(row_regression(*row));
  for (const auto& row : comparison.resources) {
    if (row.verdict != Verdict::kWorse) continue;
    lines.push_back(fmt::format("REGRESSION: {} {}: {} {:.2f} times", row.dataset, row.method,
                                row.resource == Resource::kTime ? "time" : "memory", row.ratio));
  }
  return lines;
}

}  // namespace ptqbench
