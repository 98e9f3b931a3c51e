#pragma once

#include <string>
#include <vector>

#include "results/cells/cell_record.h"
#include "tests/helpers/files.h"

namespace ptqbench::testing {

struct Outcome {
  int exit_code = -1;
  /// Standard output and standard error together.
  std::string output;
};

/// Runs a shell command.
Outcome shell(const std::string& command);

/// Runs the program that was built with the tests, with these arguments; `ranks` > 0 under mpirun.
Outcome ptqbench(const std::string& arguments, int ranks = 0);

/// A sweep of one model with the shipped checkpoint, so small that a cell takes a second or two.
/// `extra` is further YAML.
std::string small_sweep(const std::string& extra = "");

/// An image folder with one and the same picture in each of ten classes (as many as the shipped
/// checkpoints have) of the splits "train" and "test".
void write_image_folder(const TemporaryFolder& folder, const std::string& name);

/// All cells on disk in a run directory, whatever sweep they are of.
std::vector<CellRecord> stored_cells(const std::string& run_dir);

/// Everything in a record that a computation decided, as text with all digits; times, hosts and
/// ranks are left out.
std::string computed_values(const CellRecord& record);

}  // namespace ptqbench::testing
