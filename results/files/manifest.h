#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// What a run directory's current sweep consists of, in `manifest.h5`: it says which cell files
/// count, in which order, what tables call their models and methods, and what stands beside them.
struct Manifest {
  /// All cells, finished or not, in the order of the sweep.
  std::vector<CellRecord> cells;
  /// The published tables that the sweep reproduces (see `reproducible_names`).
  std::vector<std::string> reproduces;
};

std::filesystem::path manifest_path(const std::filesystem::path& run_dir);

/// Replaces the manifest; of each record only what identifies the cell is kept. Atomic. Throws
/// ResultsError.
void write_manifest(const std::filesystem::path& run_dir, const Manifest& manifest);

/// The cells as records of status kMissing. Throws ResultsError naming the file if it is missing,
/// corrupt or of another format version.
Manifest read_manifest(const std::filesystem::path& run_dir);

}  // namespace ptqbench
