#pragma once

#include <memory>
#include <string>

#include "tasks/task.h"

namespace ptqbench {

/// A task whose data are not here: it makes the models, knows the sizes and gives inputs of the
/// right shape (zeros), which is what costs and memory take. Asked for what data are or for a
/// metric it throws std::logic_error. Null where only the data tell their shape (known_shape()).
/// Throws ConfigError on an unknown name.
std::unique_ptr<Task> make_stand_in_task(const TaskOptions& options);

}  // namespace ptqbench
