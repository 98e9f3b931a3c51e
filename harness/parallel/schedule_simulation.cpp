#include "harness/parallel/schedule_simulation.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <stdexcept>
#include <utility>

namespace ptqbench {

double Schedule::lower_bound() const { return std::max(longest, total / ranks); }

double Schedule::utilisation() const { return makespan > 0 ? total / (makespan * ranks) : 1; }

double Schedule::efficiency() const { return makespan > 0 ? lower_bound() / makespan : 1; }

Schedule simulate_schedule(const std::vector<double>& seconds, int ranks) {
  if (ranks < 1) throw std::logic_error("a schedule needs a rank");
  // A rank becomes free: when, and which. Those that never get an item are not there.
  using Event = std::pair<double, int>;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> free;
  Schedule schedule;
  schedule.ranks = ranks;
  schedule.items.reserve(seconds.size());
  for (const double duration : seconds) {
    Event event{0, static_cast<int>(free.size())};
    if (static_cast<int>(free.size()) == ranks) {
      event = free.top();
      free.pop();
    }
    const auto [start, rank] = event;
    schedule.items.push_back({rank, start});
    free.emplace(start + duration, rank);
    schedule.makespan = std::max(schedule.makespan, start + duration);
    schedule.total += duration;
    schedule.longest = std::max(schedule.longest, duration);
  }
  return schedule;
}

}  // namespace ptqbench
