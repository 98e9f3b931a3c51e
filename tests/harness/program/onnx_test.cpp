#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using testing::ptqbench;
using testing::TemporaryFolder;

const std::string kNetwork =
    std::string(PTQBENCH_SOURCE_DIR) + "/configs/networks/small_resnet.onnx";

/// A sweep over a network that is a file, so small that a cell takes a second or two.
std::string sweep(const std::string& file, const std::string& more = "") {
  return "name: mine\ntask: image_classification\ndataset: fashion_mnist\nmodels:\n  - {name: "
         "onnx, "
         "file: " +
         file + ", label: my_net" + more +
         "}\nbits: [w4a4]\nmethods: [nearest, qdrop]\nsettings: {calibration_samples: 32, "
         "range_samples: 32, batch_size: 16, iterations: 10, step_iterations: 5}\n"
         "evaluation: {samples: 200}\nthreads: 1\n";
}

TEST(OnnxModel, IsDescribedUnitByUnit) {
  const TemporaryFolder folder;
  const auto config = folder.write("mine.yaml", sweep(kNetwork));
  const auto described = ptqbench("describe " + config + " --filter method=qdrop");
  EXPECT_EQ(described.exit_code, 0) << described.output;
  EXPECT_THAT(described.output,
              AllOf(ContainsRegex("conv1 +conv1 +conv 3x3 +8 +4\n"),
                    ContainsRegex("layer2.0 +layer2.0.conv1 +conv 3x3 +4 +4\n"),
                    ContainsRegex("layer2.0 +layer2.0.add +add .*8\n|layer2.0 +layer2.0.add +add"),
                    ContainsRegex("linear +linear +linear +8 +-\n")));
}

TEST(OnnxModel, GoesThroughASweepAndIsSavedAndMeasuredAgain) {
  const TemporaryFolder folder;
  const auto config = folder.write("mine.yaml", sweep(kNetwork));
  const auto run =
      ptqbench("run " + config + " --save-models --out " + folder.at("run"), /*ranks=*/2);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto cells = testing::stored_cells(folder.at("run"));
  ASSERT_EQ(cells.size(), 2U);
  for (const auto& cell : cells) {
    EXPECT_EQ(cell.status, CellStatus::kFinished) << cell.failure_reason;
    EXPECT_EQ(cell.model, "my_net");
    // Chance is 10 percent.
    EXPECT_GT(cell.full_precision_metric, 80);
    EXPECT_GT(cell.metric, 60);
  }
  const auto again = ptqbench("evaluate " + folder.at("run") + " my_net w4a4 qdrop seed 1");
  EXPECT_EQ(again.exit_code, 0) << again.output;
  const auto exported = ptqbench("export " + folder.at("run") + " my_net w4a4 qdrop --onnx " +
                                 folder.at("quantized.onnx"));
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_GT(testing::read_bytes(folder.at("quantized.onnx")).size(), 10000U);
}

TEST(OnnxModel, OfAnotherSizeIsRefusedBeforeAnythingRuns) {
  const TemporaryFolder folder;
  const std::string small =
      std::string(PTQBENCH_SOURCE_DIR) + "/tests/tasks/models/onnx/data/tiny_resnet.onnx";
  const auto config = folder.write("mine.yaml", sweep(small));
  const auto run = ptqbench("run " + config + " --out " + folder.at("run"));
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("tiny_resnet.onnx"), HasSubstr("[3, 32, 32]")));
}

TEST(OnnxModel, WithAPatternThatMatchesNothingNamesTheNearest) {
  const TemporaryFolder folder;
  const auto config = folder.write("mine.yaml", sweep(kNetwork, ", blocks: ['layerr*.*']"));
  const auto run = ptqbench("describe " + config);
  EXPECT_EQ(run.exit_code, 2) << run.output;
  EXPECT_THAT(run.output, AllOf(HasSubstr("layerr*.*"), HasSubstr("layer1.0")));
}

}  // namespace
}  // namespace ptqbench
