#include "harness/shown/schedule_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "harness/parallel/schedule_simulation.h"
#include "harness/shown/duration_text.h"
#include "support/error.h"

namespace ptqbench {
namespace {

/// A line for each model and method among the cells, in their order.
std::string sources(const std::vector<PlannedCell>& plan, const std::vector<size_t>& pending,
                    const CostModel& costs) {
  std::map<std::pair<std::string, std::string>, bool> seen;
  std::string text;
  for (const size_t item : pending) {
    const Cell& cell = plan[item].cell;
    if (std::exchange(seen[{cell.model, cell.method}], true)) continue;
    text += fmt::format("  {} {}: {:.3g} s/TMAC ({})\n", cell.model, cell.method,
                        costs.rate(cell.model, cell.method), costs.source(cell.model, cell.method));
  }
  return text;
}

}  // namespace

std::string schedule_report(const std::vector<PlannedCell>& plan, const CostModel& costs,
                            int64_t ranks, int64_t devices_per_cell) {
  const int64_t groups = ranks / devices_per_cell;
  if (groups == 0 || ranks % devices_per_cell != 0) {
    throw ConfigError(fmt::format("{} rank(s) make no whole groups of {} (devices_per_cell)", ranks,
                                  devices_per_cell));
  }
  const auto pending = pending_cells(plan);
  if (pending.empty()) return fmt::format("schedule on {} ranks: nothing to do\n", ranks);
  std::vector<double> seconds;
  for (const size_t item : pending) {
    const auto& planned = plan[item];
    seconds.push_back(costs.seconds(planned.cell.model, planned.cell.method, planned.tera_macs));
  }
  const auto schedule = simulate_schedule(seconds, static_cast<int>(groups));
  const auto longest = std::max_element(seconds.begin(), seconds.end()) - seconds.begin();
  auto text = fmt::format(
      "schedule on {} ranks{}, {} cells, the most expensive first:\n"
      "  makespan     {}\n"
      "  lower bound  {} ({:.1f} % of the makespan)\n"
      "  utilisation  {:.1f} %\n"
      "  longest cell {}: {}\n",
      ranks, devices_per_cell > 1 ? fmt::format(" in groups of {}", devices_per_cell) : "",
      pending.size(), duration_text(schedule.makespan), duration_text(schedule.lower_bound()),
      100 * schedule.efficiency(), 100 * schedule.utilisation(), duration_text(schedule.longest),
      cell_label(plan[pending[static_cast<size_t>(longest)]].cell));
  // Below this many ranks all of them could be busy to the end; more only wait for the longest.
  const double useful =
      std::ceil(schedule.total / schedule.longest) * static_cast<double>(devices_per_cell);
  if (useful < static_cast<double>(ranks)) {
    text += fmt::format("  more than {:.0f} ranks gain little: the longest cell takes as long\n",
                        useful);
  }
  return text + "seconds a cell from\n" + sources(plan, pending, costs);
}

}  // namespace ptqbench
