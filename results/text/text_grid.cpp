#include "results/text/text_grid.h"

#include <algorithm>

namespace ptqbench {
namespace {

std::string quote_csv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string escape_markdown(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::size_t terminal_width(const std::string& text) {
  // UTF-8 continuation bytes take none.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::vector<std::string> aligned_lines(const TextGrid& grid,
                                       const std::vector<Alignment>& alignment) {
  std::vector<std::size_t> widths(alignment.size(), 0);
  for (const auto& row : grid) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], terminal_width(row[i]));
  }
  std::vector<std::string> lines;
  for (const auto& row : grid) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - terminal_width(row[i]), ' ');
      if (i > 0) line += "  ";
      line += alignment[i] == Alignment::kLeft ? row[i] + padding : padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  return lines;
}

std::string escape_html(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string markdown_rows(const TextGrid& grid, const std::vector<Alignment>& alignment) {
  std::string text;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    for (const auto& cell : grid[i]) text += "| " + cell + " ";
    text += "|\n";
    if (i > 0) continue;
    for (const auto side : alignment) text += side == Alignment::kLeft ? "|---" : "|---:";
    text += "|\n";
  }
  return text;
}

std::string markdown_table(const TextGrid& grid, const std::vector<Alignment>& alignment) {
  TextGrid escaped = grid;
  for (auto& row : escaped) {
    for (auto& cell : row) cell = escape_markdown(cell);
  }
  return markdown_rows(escaped, alignment);
}

std::string csv_lines(const TextGrid& grid) {
  std::string text;
  for (const auto& row : grid) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + quote_csv(row[i]);
    text += "\n";
  }
  return text;
}

}  // namespace ptqbench
