#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"
#include "results/tables/table.h"

namespace ptqbench {

/// What makes the numbers of a table doubtful, a sentence each: a learned method whose mean over
/// common seeds is worse than that of rounding to nearest at the same model and bits; cells whose
/// full-precision metric was not the expected one; methods with different numbers of finished
/// seeds at one model and bit width. `cells`: those that the table was made of.
std::vector<std::string> table_warnings(const AccuracyTable& table,
                                        const std::vector<const CellRecord*>& cells);

}  // namespace ptqbench
