#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// The calibration samples of a record as a text file: a comment saying data set, split and seed,
/// then one id a line, in the order in which they were drawn. Throws ConfigError when it has none.
std::string sample_ids_text(const CellRecord& record);

/// Reads such a file: ids of 0..population-1, `count` different ones, one a line; what follows a
/// '#' is a comment, empty lines are skipped. Throws IoError when it cannot be read and one
/// ConfigError with all that is wrong, a line each ("ids.txt:7: 60000 is no sample; ...").
std::vector<int64_t> read_sample_ids(const std::filesystem::path& file, int64_t population,
                                     int64_t count);

}  // namespace ptqbench
