#include "harness/run/run_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "methods/support/error.h"
#include "results/cell_file.h"
#include "results/error.h"

namespace ptqbench {

std::filesystem::path sweep_file(const std::filesystem::path& run_dir) {
  return run_dir / "sweep.yaml";
}

void check_run_directory(const std::filesystem::path& run_dir) {
  auto existing = run_dir;
  std::error_code ignored;
  while (!std::filesystem::exists(existing, ignored) && existing.has_relative_path())
    existing = existing.parent_path();
  const auto refuse = [&](const char* why) {
    throw IoError(fmt::format("cannot make the run directory {}: {} {}", run_dir.string(),
                              existing.string(), why));
  };
  if (!std::filesystem::is_directory(existing, ignored)) refuse("is not a folder");
  if (access(existing.c_str(), W_OK) != 0) refuse("cannot be written to");
}

void prepare_run_directory(const std::filesystem::path& run_dir, const std::string& sweep_yaml) {
  std::error_code error;
  std::filesystem::create_directories(run_dir / "cells", error);
  if (error)
    throw IoError(
        fmt::format("cannot make the run directory {}: {}", run_dir.string(), error.message()));
  const auto temporary = run_dir / ".sweep.yaml.new";
  {
    std::ofstream file(temporary, std::ios::binary);
    file << sweep_yaml;
    file.flush();
    if (!file) {
      throw IoError(fmt::format("cannot write to the run directory {}: {}", run_dir.string(),
                                std::strerror(errno)));
    }
  }
  std::filesystem::rename(temporary, sweep_file(run_dir), error);
  if (error)
    throw IoError(
        fmt::format("cannot write to the run directory {}: {}", run_dir.string(), error.message()));
}

int64_t previous_attempts(const CellStore& store, const std::string& fingerprint) {
  const auto path = store.cell_path(fingerprint);
  if (!std::filesystem::exists(path)) return 0;
  try {
    return read_cell_file_head(path).attempt;
  } catch (const ResultsError&) {
    // An unreadable file is about to be replaced; it counts as one attempt.
    return 1;
  }
}

}  // namespace ptqbench
