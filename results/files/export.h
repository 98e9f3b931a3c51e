#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// All that is known of cells without their curves, units and ranges, those that have not run
/// included, for other programs.

/// One line a cell (RFC 4180): the columns of `cell_columns` and `provenance_<key>`; empty for what
/// nobody measured.
std::string export_csv(const std::vector<CellRecord>& records);

/// An array of objects with the same names; further metrics, stage times, settings and provenance
/// are objects of their own. null for what nobody measured.
std::string export_json(const std::vector<CellRecord>& records);

}  // namespace ptqbench
