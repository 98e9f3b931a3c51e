#include "results/files/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "results/error.h"
#include "results/files/cell_file.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".h5";

/// A file that was renamed by hand must not stand in for another cell.
void check_name(const fs::path& path, const std::string& fingerprint) {
  if (path.stem() != fingerprint) {
    throw ResultsError(fmt::format("{}: holds the cell {}, not the one its name says",
                                   path.string(), fingerprint));
  }
}

}  // namespace

CellStore::CellStore(fs::path run_dir) : run_dir_(std::move(run_dir)) {}

fs::path CellStore::cell_path(const std::string& fingerprint) const {
  return cells_dir() / (fingerprint + kExtension);
}

void CellStore::write(const CellRecord& record) const {
  std::error_code error;
  fs::create_directories(cells_dir(), error);
  if (error) {
    throw ResultsError(
        fmt::format("{}: cannot create the folder: {}", cells_dir().string(), error.message()));
  }
  write_cell_file(cell_path(record.fingerprint), record);
}

CellRecord CellStore::read(const std::string& fingerprint) const {
  const fs::path path = cell_path(fingerprint);
  CellRecord record = read_cell_file(path);
  check_name(path, record.fingerprint);
  return record;
}

CellRecord CellStore::read_summary(const std::string& fingerprint) const {
  const fs::path path = cell_path(fingerprint);
  CellRecord record = read_cell_file_summary(path);
  check_name(path, record.fingerprint);
  return record;
}

fs::path CellStore::set_aside(const std::string& fingerprint) const {
  const fs::path path = cell_path(fingerprint);
  std::error_code error;
  fs::path kept = path.string() + ".damaged";
  for (int number = 2; fs::exists(kept, error); ++number)
    kept = fmt::format("{}.damaged.{}", path.string(), number);
  fs::rename(path, kept, error);
  if (error)
    throw ResultsError(fmt::format("{}: cannot rename it: {}", path.string(), error.message()));
  return kept;
}

std::vector<std::string> CellStore::fingerprints() const {
  std::vector<std::string> found;
  std::error_code error;
  fs::directory_iterator entry(cells_dir(), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    // Temporary files of a killed process end in ".tmp".
    if (path.extension() == kExtension) found.push_back(path.stem().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw ResultsError(
        fmt::format("{}: cannot list the folder: {}", cells_dir().string(), error.message()));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::set<std::string> CellStore::finished_fingerprints() const {
  std::set<std::string> finished;
  for (const std::string& name : fingerprints()) {
    try {
      const fs::path path = cell_path(name);
      const CellFileHead head = read_cell_file_head(path);
      check_name(path, head.fingerprint);
      if (head.status == CellStatus::kFinished) finished.insert(head.fingerprint);
    } catch (const ResultsError&) {
      // The cell runs again and its file is replaced; collect reports what stays unusable.
    }
  }
  return finished;
}

}  // namespace ptqbench
