#include "tasks/task_registry.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/image_classification.h"
#include "tasks/object_detection.h"
#include "tasks/question_answering.h"
#include "tasks/stand_in_task.h"
#include "tasks/text_classification.h"

namespace ptqbench {
namespace {

template <class SomeTask>
std::unique_ptr<Task> open(const TaskOptions& options) {
  return std::make_unique<SomeTask>(options);
}

std::vector<TaskEntry>& entries() {
  static std::vector<TaskEntry> all = {
      {"image_classification", "one label an image; top-1 accuracy", open<ImageClassification>,
       image_classification_stand_in},
      {"text_classification",
       "one label or number a text or pair of texts; accuracy or what the data set asks for",
       open<TextClassification>, text_classification_stand_in},
      {"question_answering", "the span that answers a question; exact match, F1",
       open<QuestionAnswering>, question_answering_stand_in},
      {"object_detection", "boxes around objects; COCO's mean average precision",
       open<ObjectDetection>, object_detection_stand_in},
  };
  return all;
}

}  // namespace

void register_task(TaskEntry entry) {
  const auto names = task_names();
  if (std::count(names.begin(), names.end(), entry.name) > 0)
    throw std::logic_error("there is a task '" + entry.name + "' already");
  entries().push_back(std::move(entry));
}

const TaskEntry& find_task(const std::string& name) {
  for (const auto& entry : entries()) {
    if (entry.name == name) return entry;
  }
  throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const auto& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string task_description(const std::string& name) { return find_task(name).description; }

std::unique_ptr<Task> make_task(const TaskOptions& options) {
  return find_task(options.name).open(options);
}

}  // namespace ptqbench
