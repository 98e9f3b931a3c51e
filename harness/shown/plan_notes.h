#pragma once

#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/plan/task_set.h"

namespace ptqbench {

/// What somebody who starts the selected cells should know beforehand, a sentence each: settings
/// that ask for more samples than there are, what is left out of the data, and how much disk the
/// cache of decoded pictures takes or would take.
std::vector<std::string> plan_notes(const std::vector<PlannedCell>& plan, TaskSet& tasks);

}  // namespace ptqbench
