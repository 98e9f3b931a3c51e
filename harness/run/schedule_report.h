#pragma once

#include <string>
#include <vector>

#include "harness/run/cost_model.h"
#include "harness/run/plan.h"

namespace ptqbench {

/// What the cells still to do would take on `ranks` ranks, handed out as `run` does, as text for
/// people: makespan, utilisation, lower bound, and where the seconds of the cells come from.
std::string schedule_report(const std::vector<PlannedCell>& plan, const CostModel& costs,
                            int64_t ranks);

}  // namespace ptqbench
