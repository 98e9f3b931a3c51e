#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "tasks/models/onnx/import.h"
#include "tasks/models/registry.h"

namespace ptqbench {
namespace {

namespace fs = std::filesystem;

/// Everything that reconstruction knows of a network: units with weights, and in each the weights,
/// quantizers and non-linearities in the order of execution.
std::vector<std::string> describe(const UnitGraph& model) {
  const char* const kNames[] = {"none", "relu", "relu6"};
  std::vector<std::string> lines;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    if (!unit.has_weights) continue;
    std::string line = unit.name + ":";
    for (const WeightSite* site : weight_sites(model, unit)) {
      line += fmt::format(" {}[{}]{}", site->name, fmt::join(site->value.sizes(), ","),
                          site->place == Place::kInner ? "" : "*");
    }
    for (const ActivationSite* site : activation_sites(model, unit)) {
      line += fmt::format(" {}{}{}", site->quantizable ? "> " : "| ",
                          kNames[static_cast<size_t>(site->nonlinearity)],
                          site->place == Place::kInner ? "" : "*");
    }
    lines.push_back(line);
  }
  return lines;
}

/// Gives the built-in network, folded, the imported one's parameters.
void copy_parameters(const UnitGraph& from, UnitGraph& to) {
  std::map<std::string, at::Tensor> values;
  for (const auto& [name, value] : from.parameters()) values[name] = value;
  to.fold_batch_norm();
  for (const auto& [name, value] : to.parameters()) {
    const bool bias = name.find(".bias") != std::string::npos;
    ASSERT_TRUE(bias || values.count(name) == 1) << name;
    // Exporters leave out biases that are zero.
    values.count(name) == 1 ? value.copy_(values.at(name)) : value.zero_();
  }
}

class OnnxAgainstBuiltIn : public ::testing::TestWithParam<std::string> {};

/// Exports of the built-in architectures, by networks.py and of torchvision's networks, are larger
/// than what the repository ships.
TEST_P(OnnxAgainstBuiltIn, SameUnitsSamePlacesSameOutputs) {
  const char* folder = std::getenv("PTQBENCH_ONNX_NETWORKS");
  if (folder == nullptr) GTEST_SKIP() << "PTQBENCH_ONNX_NETWORKS names no folder with exports";
  const std::string name = GetParam();
  const int64_t size = name.find("cifar") != std::string::npos || name == "resnet20" ? 32 : 224;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto file = entry.path().filename().string();
    if (file.compare(0, name.size() + 1, name + ".") != 0) continue;
    ++files;
    SCOPED_TRACE(file);
    const auto imported = onnx::import_model(entry.path(), {{3, size, size}});
    auto built_in = make_image_classifier(name, imported.outputs.at(0).at(0));
    EXPECT_EQ(describe(imported.graph), describe(built_in));
    copy_parameters(imported.graph, built_in);
    torch::manual_seed(1);
    const auto input = torch::randn({3, 3, size, size});
    const torch::NoGradGuard no_grad;
    FullPrecisionPass pass;
    EXPECT_TRUE(at::equal(imported.graph.forward({input}, pass).at(0),
                          built_in.forward({input}, pass).at(0)));
  }
  if (files == 0) GTEST_SKIP() << "no export of " << name;
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxAgainstBuiltIn,
                         ::testing::Values("resnet20", "mobilenet_v2_cifar", "resnet18",
                                           "mobilenet_v2", "mnasnet_1_0", "regnetx_400mf"));

}  // namespace
}  // namespace ptqbench
