#pragma once

#include <string>
#include <vector>

#include "results/cell_record.h"

namespace ptqbench {

/// The records that a filter keeps, which is written as for cells of a sweep (see `parse_filter`).
/// Throws ConfigError.
std::vector<CellRecord> filter_records(std::vector<CellRecord> records, const std::string& filter);

}  // namespace ptqbench
