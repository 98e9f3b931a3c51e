#pragma once

#include <filesystem>
#include <vector>

#include "results/cell_record.h"

namespace ptqbench {

/// The list of all cells of a run directory's current sweep, finished or not, in `manifest.h5`: it
/// says which cell files count, in which order, and what tables call their models and methods.

std::filesystem::path manifest_path(const std::filesystem::path& run_dir);

/// Replaces the list; of each record only what identifies the cell is kept. Atomic. Throws
/// ResultsError.
void write_manifest(const std::filesystem::path& run_dir, const std::vector<CellRecord>& cells);

/// The cells in the order of the sweep, as records of status kMissing. Throws ResultsError naming
/// the file if it is missing, corrupt or of another format version.
std::vector<CellRecord> read_manifest(const std::filesystem::path& run_dir);

}  // namespace ptqbench
