#pragma once

#include <memory>
#include <string>

#include "tasks/task.h"

namespace ptqbench {

/// A task whose data are not here: it makes the models, knows the sizes and gives inputs of the
/// right shape (zeros), which is what costs and memory take. Asked for what data are or for a
/// metric it throws std::logic_error. Null where only the data tell their shape (known_shape()),
/// and for registered tasks without one. Throws ConfigError on an unknown name.
std::unique_ptr<Task> make_stand_in_task(const TaskOptions& options);

/// Those of the built-in tasks.
std::unique_ptr<Task> image_classification_stand_in(const TaskOptions& options);
std::unique_ptr<Task> text_classification_stand_in(const TaskOptions& options);
std::unique_ptr<Task> question_answering_stand_in(const TaskOptions& options);
std::unique_ptr<Task> object_detection_stand_in(const TaskOptions& options);

}  // namespace ptqbench
