#pragma once

#include <string>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// What is known of one cell, for a terminal: what it is and came out as, its stages, a table of
/// its units (reconstruction errors and noise ratios), its flatness, settings and provenance. What
/// the record does not have is said to be not measured.
std::string render_cell_report(const CellRecord& record);

}  // namespace ptqbench
