#pragma once

#include <filesystem>
#include <string>

#include "results/cell_record.h"

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

/// A folder of its own that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// A sweep of one model with the shipped checkpoint, so small that a cell takes a second or two.
/// `extra` is further YAML.
std::string small_sweep(const std::string& extra = "");

/// Everything in a record that a computation decided, as text with all digits; times, hosts and
/// ranks are left out.
std::string computed_values(const CellRecord& record);

}  // namespace ptqbench::testing
