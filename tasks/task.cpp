#include "tasks/task.h"

#include <algorithm>

#include "tasks/data/dataset.h"
#include "tasks/detection/detection_data.h"
#include "tasks/text/text_datasets.h"

namespace ptqbench {

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
