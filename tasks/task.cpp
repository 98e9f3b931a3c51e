#include "tasks/task.h"

#include <algorithm>

#include "methods/support/error.h"
#include "methods/support/nearest_name.h"
#include "tasks/image_classification.h"
#include "tasks/object_detection.h"
#include "tasks/question_answering.h"
#include "tasks/text_classification.h"

namespace ptqbench {

std::vector<std::string> task_names() {
  return {"image_classification", "text_classification", "question_answering", "object_detection"};
}

std::string task_description(const std::string& name) {
  if (name == "image_classification") return "one label an image; top-1 accuracy";
  if (name == "text_classification")
    return "one label or number a text or pair of texts; accuracy or what the data set asks for";
  if (name == "question_answering") return "the span that answers a question; exact match, F1";
  if (name == "object_detection") return "boxes around objects; COCO's mean average precision";
  throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
}

std::unique_ptr<Task> make_task(const TaskOptions& options) {
  const auto& name = options.name;
  if (name == "image_classification") return std::make_unique<ImageClassification>(options);
  if (name == "text_classification") return std::make_unique<TextClassification>(options);
  if (name == "question_answering") return std::make_unique<QuestionAnswering>(options);
  if (name == "object_detection") return std::make_unique<ObjectDetection>(options);
  throw ConfigError("unknown task '" + name + "'" + valid_names_hint(name, task_names()));
}

std::vector<std::string> all_dataset_names() {
  auto names = dataset_names();
  for (const auto* infos : {&text_datasets(), &question_datasets()}) {
    for (const auto& info : *infos) names.push_back(info.name);
  }
  for (auto& name : detection_dataset_names()) names.push_back(std::move(name));
  return names;
}

std::string any_dataset_description(const std::string& name) {
  for (const auto* infos : {&text_datasets(), &question_datasets()}) {
    for (const auto& info : *infos) {
      if (info.name == name) return info.description;
    }
  }
  const auto detection = detection_dataset_names();
  const bool boxes = std::find(detection.begin(), detection.end(), name) != detection.end();
  return boxes ? detection_dataset_description(name) : dataset_description(name);
}

}  // namespace ptqbench
