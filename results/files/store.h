#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "results/cells/cell_record.h"

namespace ptqbench {

/// The results in a run directory: one file a cell, `cells/<fingerprint>.h5`, and what `collect`
/// makes of them, `results.h5`. Several processes may use one directory as long as no two write the
/// same cell.
class CellStore {
 public:
  explicit CellStore(std::filesystem::path run_dir);

  std::filesystem::path cells_dir() const { return run_dir_ / "cells"; }
  std::filesystem::path cell_path(const std::string& fingerprint) const;
  std::filesystem::path results_path() const { return run_dir_ / "results.h5"; }

  /// Makes the folders if need be. Throws ResultsError; an earlier file of the cell is intact then.
  void write(const CellRecord& record) const;

  /// Throws ResultsError if the file is missing or unusable.
  CellRecord read(const std::string& fingerprint) const;

  /// The same without what read_cell_summary() leaves out.
  CellRecord read_summary(const std::string& fingerprint) const;

  /// Renames the cell's file, so that it is no result any more: to `<fingerprint>.h5.damaged`, with
  /// a number if there is one already. Returns its new path. Throws ResultsError.
  std::filesystem::path set_aside(const std::string& fingerprint) const;

  /// The fingerprints that cell files are named after, sorted; a missing folder holds none. Throws
  /// ResultsError if the folder cannot be listed.
  std::vector<std::string> fingerprints() const;

  /// The cells that need not run again. Reads three attributes a file; unusable files are not
  /// finished.
  std::set<std::string> finished_fingerprints() const;

 private:
  std::filesystem::path run_dir_;
};

}  // namespace ptqbench
