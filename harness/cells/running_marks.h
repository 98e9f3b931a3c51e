#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace ptqbench {

/// One attempt at a cell, as its mark tells it.
struct RunningMark {
  /// 1 for the first try.
  int64_t attempt = 1;
  std::string host;
  int64_t rank = 0;
  int64_t process = 0;
  /// ISO 8601, UTC.
  std::string started_at;
  /// Finished units that it took over.
  int64_t units = 0;
  /// Crashed attempts before it, since a unit was last finished.
  int64_t crashes = 0;
};

/// What the attempts at a cell came to that ended without a word: the process was killed, or the
/// machine went down.
struct CrashHistory {
  /// Since a unit of the cell was last finished. An attempt that gets on is more likely the victim
  /// of another cell than the cause.
  int64_t crashes = 0;
  RunningMark last;
};

/// A file for each cell that runs, in a folder of the run directory: written when an attempt
/// begins, removed when it ends in whatever orderly way. So what is found there when no job runs
/// was running in a crash.
class RunningMarks {
 public:
  explicit RunningMarks(std::filesystem::path run_dir) : run_dir_(std::move(run_dir)) {}

  /// By fingerprint, of all cells with a mark. A mark that cannot be read counts as one crash.
  /// Precondition: no job runs.
  std::map<std::string, CrashHistory> crashed() const;

  /// Marks an attempt, counting on from the mark of a crashed one; `earlier_attempts` are those
  /// that left a result. Returns the mark. Throws ResultsError when it cannot be written.
  RunningMark begin(const std::string& fingerprint, int64_t rank, int64_t earlier_attempts) const;
  void end(const std::string& fingerprint) const;

 private:
  std::filesystem::path path_of(const std::string& fingerprint) const;
  std::optional<CrashHistory> history(const std::string& fingerprint) const;

  std::filesystem::path run_dir_;
};

}  // namespace ptqbench
