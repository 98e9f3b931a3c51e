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
  /// It was left because the process was asked to stop; neither a success nor a failure.
  bool stopped = false;
  /// It failed for what another try cannot change.
  bool lasting = false;
};

/// What happens when things go wrong.
struct SchedulerRules {
  /// So often an item that failed is tried again: when no untried one is left, and on another rank
  /// if one is free.
  int64_t retries = 0;
  /// Asked on rank 0 before an item is handed out: true if none shall be any more. So it is after
  /// an item was stopped.
  std::function<bool()> stop = [] { return false; };
};

/// What rank 0 hears of the work as it goes on.
class SchedulerListener {
 public:
  virtual ~SchedulerListener() = default;
  virtual void started(size_t item, int rank) = 0;
  /// It failed and will be tried again.
  virtual void set_back(size_t /*item*/, int /*rank*/, const WorkOutcome& /*outcome*/) {}
  virtual void stopped(size_t /*item*/, int /*rank*/) {}
  virtual void finished(size_t item, int rank, const WorkOutcome& outcome) = 0;
};

/// Does every item of `items`, in this order, each on the rank that is free first: once, or as
/// often as the rules say if it fails. Rank 0 hands out and works too: a thread of its own answers
/// the others while the calling thread works. `work` runs on the calling thread of each rank and
/// must not throw. `listener` is used on rank 0 only, by one thread at a time. Collective: all
/// ranks call, with `items`, `listener` and `rules` on rank 0 and anything elsewhere. Returns on
/// rank 0 whether every item has succeeded or failed for good, that is, nothing was stopped or
/// left. Throws on rank 0, when the item that it works on is done, what the listener, the rules or
/// the communicator throw there; the other ranks then still wait for work, so the job has to end
/// (Communicator::abort).
bool run_on_all_ranks(Communicator& communicator, const std::vector<size_t>& items,
                      const std::function<WorkOutcome(size_t item)>& work,
                      SchedulerListener& listener, const SchedulerRules& rules = {});

}  // namespace ptqbench
