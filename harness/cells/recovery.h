#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/plan/plan.h"

namespace ptqbench {

/// What is done about cells that were running when their processes died.
struct RecoveryRules {
  /// Crashed attempts without progress after which a cell is set aside.
  int64_t crash_limit = 3;
  /// Forget the crashes of such cells, so that they run again.
  bool retry_crashed = false;
};

/// Tells which selected cells `recover` would set aside; changes nothing on disk. Precondition: no
/// job runs on the directory, or cells that run in it count as crashed.
void find_crashed_cells(const std::filesystem::path& run_dir, std::vector<PlannedCell>& plan,
                        int64_t crash_limit);

/// Puts in order what earlier jobs left, before another one works: a cell file that cannot be read
/// is renamed to `.damaged` and its cell is not done; a selected cell that crashed too often is set
/// aside and gets a failed result; kept units and marks of finished cells are removed, and so are
/// files that killed writers left half-written. Returns a sentence for people about each damaged
/// file and each cell set aside. Precondition: this job holds the run directory. Throws
/// ResultsError when the directory cannot be changed.
std::vector<std::string> recover(const std::filesystem::path& run_dir,
                                 std::vector<PlannedCell>& plan, const RecoveryRules& rules);

}  // namespace ptqbench
