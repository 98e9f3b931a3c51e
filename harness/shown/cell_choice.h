#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// The one cell of `cells` that `words` mean: the beginning of its fingerprint (four digits or
/// more), or what tells it apart of its task, data set, model, bits, method (by label or registered
/// name) and `seed N`, in any order. Throws ConfigError: with the nearest cells when none is meant,
/// with all candidates when several are.
const CellRecord& choose_cell(const std::vector<CellRecord>& cells, const std::string& words);

}  // namespace ptqbench
