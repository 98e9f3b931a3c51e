#pragma once

#include <string>
#include <vector>

#include "harness/plan/cost_model.h"
#include "harness/plan/plan.h"

namespace ptqbench {

/// What the cells still to do would take on `ranks` ranks in groups of `devices_per_cell`, handed
/// out as `run` does, as text for people: makespan, utilisation, lower bound, and where the seconds
/// of the cells come from. Throws ConfigError when the ranks make no whole groups.
std::string schedule_report(const std::vector<PlannedCell>& plan, const CostModel& costs,
                            int64_t ranks, int64_t devices_per_cell = 1);

}  // namespace ptqbench
