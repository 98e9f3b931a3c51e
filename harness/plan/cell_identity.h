#pragma once

#include <string>

#include "harness/config/cell.h"
#include "results/cells/cell_record.h"

namespace ptqbench {

/// The record of a cell that has not run: only what the cell is, status kMissing.
CellRecord unrun_record(const Cell& cell, const std::string& fingerprint);

}  // namespace ptqbench
