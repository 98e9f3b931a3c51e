#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "harness/config/cell.h"
#include "results/cells/cell_record.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tasks/task.h"

namespace ptqbench {

/// A cell's quantized model in a file, with what it takes to measure it again.
struct SavedModel {
  Cell cell;
  std::string fingerprint;
  /// Task::data_key() of the data that it was measured on.
  std::string data_key;
  int64_t threads = 1;
  /// "cpu" or "cuda:0".
  std::string device;
  /// See versions().
  std::map<std::string, std::string> made_with;
  /// As measured by the cell.
  Metrics metrics;
  /// The file, for assign_quantized().
  Checkpoint file;
};

/// Writes the model of a cell that has been measured; makes the folder. Throws IoError.
void save_cell_model(const std::filesystem::path& path, const UnitGraph& model, const Cell& cell,
                     const CellRecord& record);

/// Reads such a file. Throws IoError when it is none or damaged, and ConfigError when it names what
/// this program does not have.
SavedModel read_saved_model(const std::filesystem::path& path);

}  // namespace ptqbench
