#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "support/error.h"
#include "tasks/models/onnx/import.h"
#include "tasks/models/onnx/read_model.h"

namespace ptqbench::onnx {
namespace {

namespace fs = std::filesystem;

/// "features.1 x3" for the units, with the number of their weights.
std::string units_text(const UnitGraph& graph) {
  std::string text;
  for (const Unit& unit : graph.units(Granularity::kBlock)) {
    if (!unit.has_weights) continue;
    text += fmt::format(" {}({})", unit.name, weight_sites(graph, unit).size());
  }
  return text;
}

int64_t quantizers_in(const UnitGraph& graph) {
  const auto sites = graph.activation_sites();
  return std::count_if(sites.begin(), sites.end(),
                       [](const ActivationSite* site) { return site->quantizable; });
}

/// Networks that are too large for the repository, as write_cases.py writes them.
TEST(OnnxCases, GiveOnnxRuntimesOutputs) {
  const char* folder = std::getenv("PTQBENCH_ONNX_CASES");
  if (folder == nullptr) GTEST_SKIP() << "PTQBENCH_ONNX_CASES names no folder with networks";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    const auto name = entry.path().stem().string();
    SCOPED_TRACE(name);
    const auto input = read_tensor_file(fs::path(folder) / (name + ".input.pb"));
    const auto expected = read_tensor_file(fs::path(folder) / (name + ".output.pb"));
    try {
      const auto model = import_model(entry.path(), {input.sizes().slice(1).vec()});
      const torch::NoGradGuard no_grad;
      FullPrecisionPass pass;
      const auto output = model.graph.forward({input}, pass).at(0);
      const auto difference =
          ((output - expected).abs() / (1 + expected.abs())).max().item<float>();
      EXPECT_LT(difference, 1e-4F);
      std::cout << fmt::format("{}: differs by {:.1e}; {} weights, {} quantizers;{}\n", name,
                               difference, model.graph.weight_sites().size(),
                               quantizers_in(model.graph), units_text(model.graph));
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace ptqbench::onnx
