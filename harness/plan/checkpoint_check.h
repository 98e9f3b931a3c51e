#pragma once

#include <string>
#include <vector>

#include "harness/plan/plan.h"
#include "harness/plan/task_set.h"

namespace ptqbench {

/// What is wrong with the checkpoints of the selected cells that are not done: a sentence for each
/// that cannot be read or does not fit its model. Reads each checkpoint once a model.
std::vector<std::string> unusable_checkpoints(const std::vector<PlannedCell>& plan, TaskSet& tasks);

}  // namespace ptqbench
