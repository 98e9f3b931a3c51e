#include "tasks/models/registry.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/models/bert.h"
#include "tasks/models/cifar_resnet.h"
#include "tasks/models/detectors.h"
#include "tasks/models/mnasnet.h"
#include "tasks/models/mobilenet_v2.h"
#include "tasks/models/model_spec.h"
#include "tasks/models/regnet.h"
#include "tasks/models/resnet.h"

namespace ptqbench {
namespace {

/// One of all models, whoever makes it.
struct Model {
  std::string name;
  std::string description;
  std::string version;
  /// Of an image classifier; empty: the task makes the model (Task::make_model).
  std::function<UnitGraph(int64_t classes)> make;
};

std::vector<ImageClassifier> image_classifiers() {
  auto resnet = [](int blocks) {
    return [blocks](int64_t classes) { return cifar_resnet(blocks, classes); };
  };
  return {
      {"resnet20", "residual network for 32x32 images, 20 layers (He et al. 2016)", resnet(3)},
      {"resnet32", "residual network for 32x32 images, 32 layers", resnet(5)},
      {"resnet44", "residual network for 32x32 images, 44 layers", resnet(7)},
      {"resnet56", "residual network for 32x32 images, 56 layers", resnet(9)},
      {"mobilenet_v2_cifar", "MobileNetV2 scaled to 32x32 images (Sandler et al. 2018)",
       cifar_mobilenet_v2},
      {"regnetx_cifar", "RegNetX scaled to 32x32 images (Radosavovic et al. 2020)", cifar_regnetx},
      {"mnasnet_cifar", "MNASNet scaled to 32x32 images (Tan et al. 2019)", cifar_mnasnet},
      {"resnet18", "residual network for ImageNet, basic blocks (He et al. 2016)", resnet18},
      {"resnet50", "residual network for ImageNet, bottlenecks", resnet50},
      {"mobilenet_v2", "MobileNetV2 for ImageNet, width 1 (Sandler et al. 2018)", mobilenet_v2},
      {"regnetx_400mf", "RegNetX for ImageNet, 400 million multiply-adds (Radosavovic et al. 2020)",
       regnetx_400mf},
      {"regnetx_600mf", "RegNetX for ImageNet, 600 million multiply-adds", regnetx_600mf},
      {"regnetx_3200mf", "RegNetX for ImageNet, 3.2 billion multiply-adds", regnetx_3200mf},
      {"mnasnet_1_0", "MNASNet-B1 for ImageNet, width 1 (Tan et al. 2019)", mnasnet_1_0},
      {"mnasnet_2_0", "MNASNet-B1 for ImageNet, width 2", mnasnet_2_0},
  };
}

std::vector<Model> built_in() {
  std::vector<Model> all;
  for (auto& model : image_classifiers())
    all.push_back({model.name, model.description, "", std::move(model.make)});
  for (const auto& name : bert_names()) all.push_back({name, bert_description(name), "", {}});
  for (const auto& name : detector_names())
    all.push_back({name, detector_description(name), "", {}});
  all.push_back({kOnnxModel, "the network of an ONNX file, with its weights", "", {}});
  return all;
}

std::vector<Model>& models() {
  static std::vector<Model> all = built_in();
  return all;
}

template <class Wanted>
std::vector<std::string> names_of(Wanted wanted) {
  std::vector<std::string> names;
  for (const auto& model : models()) {
    if (wanted(model)) names.push_back(model.name);
  }
  return names;
}

bool is_image_classifier(const Model& model) { return model.make != nullptr; }

const Model& find(const std::string& name) {
  for (const auto& model : models()) {
    if (model.name == name) return model;
  }
  throw ConfigError("unknown model '" + name + "'" + valid_names_hint(name, model_names()));
}

void add(Model model) {
  const auto names = model_names();
  if (std::count(names.begin(), names.end(), model.name) > 0)
    throw std::logic_error("there is a model '" + model.name + "' already");
  models().push_back(std::move(model));
}

}  // namespace

void register_image_classifier(ImageClassifier model) {
  add({model.name, model.description, model.version, std::move(model.make)});
}

void register_task_model(TaskModel model) {
  add({std::move(model.name), std::move(model.description), std::move(model.version), {}});
}

std::vector<std::string> model_names() {
  return names_of([](const Model&) { return true; });
}

std::string model_description(const std::string& name) { return find(name).description; }

const std::string& model_version(const std::string& name) { return find(name).version; }

UnitGraph make_image_classifier(const std::string& name, int64_t classes) {
  const auto names = names_of(is_image_classifier);
  if (std::count(names.begin(), names.end(), name) == 0) {
    throw ConfigError("no model for images is called '" + name + "'" +
                      valid_names_hint(name, names));
  }
  return find(name).make(classes);
}

}  // namespace ptqbench
