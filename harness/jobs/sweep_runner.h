#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/config/sweep.h"
#include "harness/parallel/communicator.h"

namespace ptqbench {

struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> set;
  /// Empty: runs/<name of the sweep>.
  std::filesystem::path out;
  std::string filter;
  /// At most so many cells; 0: all.
  int64_t limit = 0;
  bool dry_run = false;
  /// Of a dry run: first read all data, and stop with all that is wrong with them.
  bool check_data = false;
  /// What a GPU sustains in float32, in 1e12 operations a second; for the plan's estimate. An
  /// assumption about cards with a peak of about 15.
  double gpu_tflops = 5;
  /// Of a dry run: also show the schedule on so many ranks; 0: no.
  int64_t schedule_ranks = 0;
  /// Keep the quantized model of each cell; finished cells without one run again.
  bool save_models = false;
  /// Run cells, too, that crashed too often.
  bool retry_crashed = false;
};

/// Runs what is not yet finished of a sweep on all ranks, as far as filter and limit let it, then
/// collects the results of the whole sweep and prints its table on rank 0. Collective; returns the
/// exit code: 0, 1 when a cell of the filter's has failed, 2 (with a message from rank 0) when the
/// sweep cannot start, 75 when it was asked to stop (SIGTERM, SIGUSR1) before all was done.
int run_sweep(Communicator& communicator, const RunOptions& options);

}  // namespace ptqbench
