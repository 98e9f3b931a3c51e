#pragma once

#include <functional>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// A network for images [N, 3, H, W] -> [N, classes].
struct ImageClassifier {
  std::string name;
  /// One line, for `ptqbench list models`.
  std::string description;
  /// With freshly initialised parameters (from the global generator).
  std::function<UnitGraph(int64_t classes)> make;
  /// Is in the fingerprint of results unless empty: another one when the network computes something
  /// else under the same name.
  std::string version = {};
};

/// A model that only one task knows how to make (Task::make_model): what configurations call it.
struct TaskModel {
  std::string name;
  std::string description;
  /// As that of an ImageClassifier.
  std::string version = {};
};

/// Both add to the built-in models, before anything else asks for them: not while others read.
/// Results go by name, version and checkpoint, so one of them must change when the network does.
/// They throw std::logic_error when there is a model of that name.
void register_image_classifier(ImageClassifier model);
void register_task_model(TaskModel model);

/// Names of all models, in the order to list them.
std::vector<std::string> model_names();

/// One line about a model, for `ptqbench list models`. Throws ConfigError on an unknown name.
std::string model_description(const std::string& name);

/// Empty for models without one. Throws ConfigError on an unknown name.
const std::string& model_version(const std::string& name);

/// A network for images [N, 3, H, W] -> [N, classes] with freshly initialised parameters (from the
/// global generator). Throws ConfigError on the name of no such model.
UnitGraph make_image_classifier(const std::string& name, int64_t classes);

}  // namespace ptqbench
