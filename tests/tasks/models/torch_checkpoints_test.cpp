#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <set>

#include "tasks/checkpoint/checkpoint.h"
#include "tasks/models/registry.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/files.h"
#include "tests/helpers/generated_parameters.h"
#include "tests/tasks/models/definitions.h"

namespace ptqbench {
namespace {

using testing::Definition;
using testing::TemporaryFolder;

/// Two small ones, one of each naming convention; all when PTQBENCH_ALL_TORCH_CHECKPOINTS is set.
std::vector<Definition> chosen_definitions() {
  if (std::getenv("PTQBENCH_ALL_TORCH_CHECKPOINTS") != nullptr) return testing::all_definitions();
  std::vector<Definition> chosen;
  for (const auto& definition : testing::all_definitions()) {
    if (std::set<std::string>{"brecq_zoo/mobilenet_v2", "torchvision/mnasnet1_0"}.count(
            definition.golden) != 0)
      chosen.push_back(definition);
  }
  return chosen;
}

/// A Python that has PyTorch: PTQBENCH_PYTHON where that is set, else the one in the path or the
/// system's. Empty: none.
std::string python_with_torch() {
  const char* named = std::getenv("PTQBENCH_PYTHON");
  const auto candidates = named != nullptr
                              ? std::vector<std::string>{named}
                              : std::vector<std::string>{"python3", "/usr/bin/python3"};
  for (const auto& python : candidates) {
    if (std::system((python + " -c 'import numpy, torch' >/dev/null 2>&1").c_str()) == 0)
      return python;
  }
  return "";
}

class TorchCheckpoints : public ::testing::TestWithParam<Definition> {
 protected:
  static void SetUpTestSuite() { python_ = python_with_torch(); }

  /// Lets PyTorch save the definition's parameters in both of its formats.
  void save() {
    std::string lines;
    for (const auto& [name, shape] : testing::parameters_of(GetParam().golden))
      lines += fmt::format("{} {}\n", name, fmt::join(shape, " "));
    const auto command = fmt::format(
        "{} -B '{}/tests/tasks/models/write_checkpoints.py' {} {} {}", python_, PTQBENCH_SOURCE_DIR,
        folder_.write("parameters", lines), folder_.at("zip.pth"), folder_.at("legacy.pth"));
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  static std::string python_;
  TemporaryFolder folder_;
};

std::string TorchCheckpoints::python_;

TEST_P(TorchCheckpoints, GiveTheLogitsOfTheirDefinition) {
  if (python_.empty()) GTEST_SKIP() << "no python3 with torch and numpy to save checkpoints with";
  save();
  const auto input = testing::generated_values("input", {2, 3, 64, 64});
  const auto expected = testing::logits_of(GetParam().golden);
  const double scale = expected.abs().max().item<double>();
  const torch::NoGradGuard no_grad;
  for (const char* file : {"zip.pth", "legacy.pth"}) {
    const auto model = make_image_classifier(GetParam().model, 1000);
    assign_parameters(load_checkpoint(folder_.at(file)), testing::all_tensors(model));
    FullPrecisionPass pass;
    EXPECT_TRUE(testing::close(model.forward({input}, pass).at(0), expected, 1e-4, 1e-5 * scale))
        << file;
  }
}

INSTANTIATE_TEST_SUITE_P(Definitions, TorchCheckpoints, ::testing::ValuesIn(chosen_definitions()),
                         [](const auto& info) { return testing::test_name(info.param); });

}  // namespace
}  // namespace ptqbench
