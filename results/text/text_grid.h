#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ptqbench {

/// The cells of a table as text; all rows have as many as the first, the header.
using TextGrid = std::vector<std::vector<std::string>>;

enum class Alignment { kLeft, kRight };

/// Columns that `text` takes in a terminal, for scripts whose letters take one each.
std::size_t terminal_width(const std::string& text);

/// Lines with aligned columns, two spaces apart, without spaces at the end.
std::vector<std::string> aligned_lines(const TextGrid& grid,
                                       const std::vector<Alignment>& alignment);

/// `text` with the signs escaped that mean something in a Markdown table.
std::string escape_markdown(const std::string& text);

/// The text with `&`, `<`, `>` and quotes as entities.
std::string escape_html(const std::string& text);

/// A GitHub-flavoured Markdown table of cells that are Markdown.
std::string markdown_rows(const TextGrid& grid, const std::vector<Alignment>& alignment);

/// The same of plain text: special characters of the cells are escaped.
std::string markdown_table(const TextGrid& grid, const std::vector<Alignment>& alignment);

/// Lines of comma-separated values (RFC 4180, with "\n").
std::string csv_lines(const TextGrid& grid);

}  // namespace ptqbench
