#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tasks/task.h"

namespace ptqbench {

struct TaskEntry {
  std::string name;
  /// One line, for `ptqbench list tasks`.
  std::string description;
  /// Opens the data; throws as make_task() does.
  std::unique_ptr<Task> (*open)(const TaskOptions&);
  /// The task without its data, as make_stand_in_task() says. Null: costs need the data.
  std::unique_ptr<Task> (*stand_in)(const TaskOptions&);
  /// Is in the fingerprint of results unless empty: another one when inputs or metric of the task
  /// change under the same name.
  std::string version = {};
};

/// Adds a task to the built-in ones, before anything else asks for it: not while others read.
/// Results go by name and version. Throws std::logic_error when there is one of that name.
void register_task(TaskEntry entry);

/// The built-in tasks and those that were registered. Throws ConfigError on an unknown name.
const TaskEntry& find_task(const std::string& name);

}  // namespace ptqbench
