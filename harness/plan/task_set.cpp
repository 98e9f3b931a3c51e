#include "harness/plan/task_set.h"

#include "harness/config/option_fields.h"

namespace ptqbench {

std::string task_key(const TaskOptions& options) {
  std::string key = options.name;
  for (const auto& texts : {option_texts(options.dataset), option_texts(options.text)}) {
    for (const auto& [name, text] : texts) key += "\n" + name + "=" + text;
  }
  return key;
}

const Task& TaskSet::open(const TaskOptions& options) {
  const auto key = task_key(options);
  const auto found = tasks_.find(key);
  if (found != tasks_.end()) return *found->second;
  return *tasks_.emplace(key, make_task(options)).first->second;
}

void TaskSet::add(const TaskOptions& options, std::unique_ptr<Task> task) {
  tasks_[task_key(options)] = std::move(task);
}

}  // namespace ptqbench
