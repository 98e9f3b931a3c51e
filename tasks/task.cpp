#include "tasks/task.h"

#include "methods/support/error.h"
#include "methods/support/nearest_name.h"
#include "tasks/image_classification.h"

namespace ptqbench {

std::vector<std::string> task_names() { return {"image_classification"}; }

std::string task_description(const std::string& name) {
  if (name == "image_classification") return "one label an image; top-1 accuracy";
  throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
}

std::unique_ptr<Task> make_task(const TaskOptions& options) {
  const auto& name = options.name;
  if (name == "image_classification") return std::make_unique<ImageClassification>(options);
  throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
}

}  // namespace ptqbench
