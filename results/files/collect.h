#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"
#include "results/files/store.h"
#include "results/hdf5/file_format.h"
#include "results/tables/table.h"

namespace ptqbench {

/// The current sweep of a run directory as far as it has come.
struct SweepResults {
  /// One a cell of the manifest, in its order and under its names; kMissing where there is no
  /// usable cell file.
  std::vector<CellRecord> records;
  std::vector<AccuracyTable> tables;
  /// The published tables that the sweep reproduces; `add_published_numbers` shows them
  /// (results/tables/published_comparison.h).
  std::vector<std::string> reproduces;
  /// Cell files that the manifest does not name: of earlier settings.
  std::size_t other_cells = 0;
  /// A sentence for each cell file that could not be read, naming it.
  std::vector<std::string> problems;

  std::size_t count(CellStatus status) const;
};

/// The stored record of a cell of the manifest, whole and under the manifest's names: a label may
/// have changed since the cell ran. Throws ResultsError if its file is missing or unusable.
CellRecord read_planned_cell(const CellStore& store, const CellRecord& planned);

/// Reads the manifest and its cells, no other cell files. Throws ResultsError if there is no usable
/// manifest or the folder cannot be listed.
SweepResults read_results(const std::filesystem::path& run_dir);

/// The same with records as read_cell_summary() gives them: all that tables and comparisons need,
/// in a small part of the memory.
SweepResults read_result_summaries(const std::filesystem::path& run_dir);

/// Reads a `results.h5`: what `write_results` was given, but for the published tables and other
/// cells, and the cells that had not run come last. Throws ResultsError if the file is missing,
/// damaged or of another format version.
SweepResults read_results_file(const std::filesystem::path& path);
SweepResults read_result_summaries_file(const std::filesystem::path& path);

/// Writes `results.h5` of the run directory (docs/results-format.md), atomically: the earlier one
/// stays if anything fails. Equal results give equal bytes. The records of `results` may be
/// summaries: each cell is read from its file when its turn comes. Of one that cannot be read then
/// the record that is there is written; returns a sentence for each, naming its file. Throws
/// ResultsError.
std::vector<std::string> write_results(const std::filesystem::path& run_dir,
                                       const SweepResults& results);

/// The same into any file, for other readers of HDF5.
void write_results_file(const std::filesystem::path& path, const SweepResults& results,
                        hdf5::FileFormat format);

}  // namespace ptqbench
