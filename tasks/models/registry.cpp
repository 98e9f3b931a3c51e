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
#include "tasks/models/regnet.h"
#include "tasks/models/resnet.h"
#include "tasks/task_options.h"

namespace ptqbench {
namespace {

std::vector<ImageClassifier>& image_classifiers() {
  auto resnet = [](int blocks) {
    return [blocks](int64_t classes) { return cifar_resnet(blocks, classes); };
  };
  static std::vector<ImageClassifier> all = {
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
  return all;
}

/// Those of tasks that were registered; built-in tasks list theirs themselves.
std::vector<TaskModel>& task_models() {
  static std::vector<TaskModel> all;
  return all;
}

std::vector<std::string> image_classifier_names() {
  std::vector<std::string> names;
  for (const auto& model : image_classifiers()) names.push_back(model.name);
  return names;
}

/// Null if there is none.
template <class Model>
const Model* find(const std::vector<Model>& models, const std::string& name) {
  for (const auto& model : models) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

void require_free(const std::string& name) {
  const auto names = model_names();
  if (std::count(names.begin(), names.end(), name) > 0)
    throw std::logic_error("there is a model '" + name + "' already");
}

}  // namespace

void register_image_classifier(ImageClassifier model) {
  require_free(model.name);
  image_classifiers().push_back(std::move(model));
}

void register_task_model(TaskModel model) {
  require_free(model.name);
  task_models().push_back(std::move(model));
}

std::vector<std::string> model_names() {
  auto names = image_classifier_names();
  for (auto& more : {bert_names(), detector_names()})
    names.insert(names.end(), more.begin(), more.end());
  names.emplace_back(kOnnxModel);
  for (const auto& model : task_models()) names.push_back(model.name);
  return names;
}

std::string model_description(const std::string& name) {
  if (const auto* model = find(image_classifiers(), name)) return model->description;
  if (const auto* model = find(task_models(), name)) return model->description;
  if (name == kOnnxModel) return "the network of an ONNX file, with its weights";
  const auto detectors = detector_names();
  const bool detector = std::find(detectors.begin(), detectors.end(), name) != detectors.end();
  return detector ? detector_description(name) : bert_description(name);
}

UnitGraph make_image_classifier(const std::string& name, int64_t classes) {
  if (const auto* model = find(image_classifiers(), name)) return model->make(classes);
  throw ConfigError("no model for images is called '" + name + "'" +
                    valid_names_hint(name, image_classifier_names()));
}

}  // namespace ptqbench
