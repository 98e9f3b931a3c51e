#include "tests/tasks/models/definitions.h"

#include <algorithm>

#include "tests/helpers/golden.h"

namespace ptqbench::testing {
namespace {

GoldenGroup group_of(const std::string& golden) {
  const size_t slash = golden.find('/');
  return GoldenGroup::open("models.h5")
      .group(golden.substr(0, slash))
      .group(golden.substr(slash + 1));
}

std::vector<int64_t> shape_of(const std::string& json) {
  std::vector<int64_t> shape;
  for (size_t at = json.find_first_of("0123456789"); at != std::string::npos;) {
    size_t length = 0;
    shape.push_back(std::stoll(json.substr(at), &length));
    at = json.find_first_of("0123456789", at + length);
  }
  return shape;
}

}  // namespace

const std::vector<Definition>& all_definitions() {
  static const std::vector<Definition> all = {
      {"brecq_zoo/resnet18", "resnet18"},
      {"brecq_zoo/resnet50", "resnet50"},
      {"brecq_zoo/mobilenet_v2", "mobilenet_v2"},
      {"brecq_zoo/regnetx_600mf", "regnetx_600mf"},
      {"brecq_zoo/regnetx_3200mf", "regnetx_3200mf"},
      {"brecq_zoo/mnasnet_2_0", "mnasnet_2_0"},
      {"torchvision/resnet18", "resnet18"},
      {"torchvision/resnet50", "resnet50"},
      {"torchvision/mobilenet_v2", "mobilenet_v2"},
      {"torchvision/regnet_x_400mf", "regnetx_400mf"},
      {"torchvision/regnet_x_3_2gf", "regnetx_3200mf"},
      {"torchvision/mnasnet1_0", "mnasnet_1_0"},
  };
  return all;
}

std::string test_name(const Definition& definition) {
  std::string name = definition.golden;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

namespace {

std::vector<std::pair<std::string, std::vector<int64_t>>> listed_parameters(
    const GoldenGroup& group) {
  const auto names = group.texts("parameter_names");
  const auto shapes = group.texts("parameter_shapes");
  std::vector<std::pair<std::string, std::vector<int64_t>>> parameters;
  for (size_t i = 0; i < names.size(); ++i) parameters.emplace_back(names[i], shape_of(shapes[i]));
  return parameters;
}

}  // namespace

std::vector<std::pair<std::string, std::vector<int64_t>>> parameters_of(const std::string& golden) {
  return listed_parameters(group_of(golden));
}

std::vector<std::pair<std::string, std::vector<int64_t>>> parameters_of(const std::string& file,
                                                                        const std::string& group) {
  return listed_parameters(GoldenGroup::open(file).group(group));
}

at::Tensor logits_of(const std::string& golden) { return group_of(golden).tensor("logits"); }

std::vector<NamedTensor> all_tensors(const UnitGraph& model) {
  auto tensors = model.parameters();
  for (const auto& buffer : model.buffers()) tensors.push_back(buffer);
  return tensors;
}

}  // namespace ptqbench::testing
