#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// Whether each of the records is one that a filter keeps, which is written as for the cells of a
/// sweep (see `parse_filter`). Throws ConfigError.
std::vector<bool> filter_of_records(const std::vector<CellRecord>& records,
                                    const std::string& filter);

/// The records that it keeps.
std::vector<CellRecord> filter_records(std::vector<CellRecord> records, const std::string& filter);

}  // namespace ptqbench
