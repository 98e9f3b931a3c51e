#pragma once

#include <filesystem>
#include <string>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// What can be told of a cell file without reading all of it.
struct CellFileHead {
  std::string fingerprint;
  CellStatus status = CellStatus::kFailed;
  int64_t attempt = 0;
};

/// Writes the record to an HDF5 file of its own (docs/results-format.md), replacing one that is
/// there. Atomic: see support/atomic_file.h. Throws ResultsError if the file cannot be written or
/// the record is not well formed (fingerprint, unequal numbers of scales and zero points, a setting
/// given twice).
void write_cell_file(const std::filesystem::path& path, const CellRecord& record);

/// Throws ResultsError naming the file if it is missing, truncated, corrupt, or written by another
/// format version.
CellRecord read_cell_file(const std::filesystem::path& path);

/// The same without what read_cell_summary() leaves out.
CellRecord read_cell_file_summary(const std::filesystem::path& path);

/// As `read_cell_file`, but reads three attributes only.
CellFileHead read_cell_file_head(const std::filesystem::path& path);

}  // namespace ptqbench
