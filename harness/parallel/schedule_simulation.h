#pragma once

#include <cstddef>
#include <vector>

namespace ptqbench {

/// Where and when one item of work runs.
struct ScheduledItem {
  int rank = 0;
  /// Seconds since the first item started.
  double start = 0;
};

/// What becomes of a list of items on some ranks.
struct Schedule {
  /// By place in the list.
  std::vector<ScheduledItem> items;
  int ranks = 1;
  /// Seconds until the last rank is done.
  double makespan = 0;
  /// Sum and maximum of the items' seconds.
  double total = 0;
  double longest = 0;

  /// No schedule can be shorter: all ranks busy all the time, or the longest item alone.
  double lower_bound() const;
  /// Part of the ranks' time that is spent working; 1 without work.
  double utilisation() const;
  /// lower_bound() in makespans; 1 without work.
  double efficiency() const;
};

/// The schedule that `run_on_all_ranks` gives: each item of the list, in its order, to the rank
/// that is free first (of several the lowest). `seconds` is what each item takes, at least 0;
/// handing out takes no time. A discrete-event simulation, O(n log ranks). Throws std::logic_error
/// for fewer than 1 rank.
Schedule simulate_schedule(const std::vector<double>& seconds, int ranks);

}  // namespace ptqbench
