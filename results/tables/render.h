#pragma once

#include <string>

#include "results/tables/table.h"

namespace ptqbench {

/// Text of a table: the full-precision row, then the rows grouped by bits, a column a model. An
/// entry is the mean with two decimals, with the sample standard deviation ("93.12±0.08") when
/// there are at least two seeds, "-" when there is no such cell, "failed" when no seed finished,
/// and three dots when none has run yet. Entries with failed seeds carry a dagger, finished ones
/// with seeds that have not run a double dagger, and notes below the table say how many.
///
/// Warnings (results/tables/warnings.h) are lines below the table that begin with "WARNING:".
///
/// Markdown and LaTeX set the best entry of each (bits, model) in bold, all of them when they agree
/// in the decimals shown, and none where there is nothing to compare with. The full-precision row
/// is never bold.
///
/// Of a table with sources (results/tables/published_comparison.h) each row is followed by a line
/// for every source with a number for it, the nearest first: the published value and how far ours
/// is from it ("69.10 -0.15"), with an exclamation mark beyond two standard errors of our mean. The
/// line says how near the source is ("published a (primary)"); the letters are listed below the
/// table.

/// Aligned columns for a terminal.
std::string render_console(const AccuracyTable& table);

/// A GitHub-flavoured Markdown table.
std::string render_markdown(const AccuracyTable& table);

/// A `tabular` environment for the LaTeX package booktabs, notes as comments.
std::string render_latex(const AccuracyTable& table);

/// A `section` with a heading and a `table` for results/reports/html_report.h; the best entries are
/// in `b` as in Markdown, lines of published numbers have the class "published".
std::string render_html(const AccuracyTable& table);

/// One line an entry (RFC 4180), full-precision entries first, numbers with all their digits.
/// Entries without a cell are left out; unknown numbers are empty. Of a table with sources an entry
/// has a line for each published number, in further columns.
std::string render_csv(const AccuracyTable& table);

}  // namespace ptqbench
