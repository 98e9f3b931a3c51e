#pragma once

#include <map>
#include <memory>
#include <string>

#include "tasks/task.h"

namespace ptqbench {

/// Tells a task on its data from others: all options.
std::string task_key(const TaskOptions& options);

/// The opened tasks of a sweep, each once.
class TaskSet {
 public:
  /// Opens the task when it is asked for the first time. Throws as make_task.
  const Task& open(const TaskOptions& options);
  /// Takes a task, or a stand-in for it, that was opened elsewhere.
  void add(const TaskOptions& options, std::unique_ptr<Task> task);

 private:
  std::map<std::string, std::unique_ptr<Task>> tasks_;
};

}  // namespace ptqbench
