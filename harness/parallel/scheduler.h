#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "harness/parallel/communicator.h"

namespace ptqbench {

/// What became of one item of work.
struct WorkOutcome {
  bool succeeded = true;
  /// For people: the metric, or why it failed.
  std::string summary;
  double seconds = 0;
};

/// What rank 0 hears of the work as it goes on.
class SchedulerListener {
 public:
  virtual ~SchedulerListener() = default;
  virtual void started(size_t item, int rank) = 0;
  virtual void finished(size_t item, int rank, const WorkOutcome& outcome) = 0;
};

/// Does every item of `items` exactly once, in this order, each on the rank that is free first.
/// Rank 0 hands out and works too: a thread of its own answers the others while the calling thread
/// works. `work` runs on the calling thread of each rank and must not throw. `listener` is used on
/// rank 0 only, by one thread at a time. Collective: all ranks call, with equal `items` on rank 0
/// and anything elsewhere.
void run_on_all_ranks(Communicator& communicator, const std::vector<size_t>& items,
                      const std::function<WorkOutcome(size_t item)>& work,
                      SchedulerListener& listener);

}  // namespace ptqbench
