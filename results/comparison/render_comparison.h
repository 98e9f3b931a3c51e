#pragma once

#include <string>
#include <vector>

#include "results/comparison/run_comparison.h"

namespace ptqbench {

/// "equal", "level", "better", "worse", "uncertain", "too few seeds".
const char* verdict_name(Verdict verdict);

/// What a comparison found: rows over models and bits, rows of cells, how often who wins, time and
/// memory, what could not be compared, and at the end a line for every regression or that there is
/// none. Rows in which every number is equal are counted, not shown.

/// Aligned columns for a terminal.
std::string render_comparison_console(const RunComparison& comparison);

/// GitHub-flavoured Markdown tables.
std::string render_comparison_markdown(const RunComparison& comparison);

/// One line a row (RFC 4180), equal ones, too, those over all models and bits first; numbers with
/// all their digits. Time and memory are rows of the metrics "time_ratio" and "memory_ratio".
std::string render_comparison_csv(const RunComparison& comparison);

/// A sentence for every regression, the worst first; none within one run.
std::vector<std::string> regressions(const RunComparison& comparison);

}  // namespace ptqbench
