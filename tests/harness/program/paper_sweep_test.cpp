#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>

#include "tests/harness/program/program.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ptqbench;
using testing::small_sweep;
using testing::TemporaryFolder;

const std::string kQdrop = PTQBENCH_SOURCE_DIR "/configs/paper/qdrop_imagenet.yaml";

/// The sweeps of configs/paper on a machine without ImageNet, unless a test says where it is.
class PaperSweep : public ::testing::Test {
 protected:
  void SetUp() override { TearDown(); }
  void TearDown() override {
    unsetenv("PTQBENCH_COCO");
    unsetenv("PTQBENCH_SQUAD");
    unsetenv("PTQBENCH_TORCHVISION");
    unsetenv("PTQBENCH_IMAGENET");
    unsetenv("PTQBENCH_CHECKPOINTS");
  }

  /// The option by which the small sweep looks for its data where they are not.
  std::string without_data() const {
    return " --set 'dataset={name: fashion_mnist, root: " + folder_.at("nowhere") + "}'";
  }

  TemporaryFolder folder_;
};

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_F(PaperSweep, PlanListsAllCellsWithoutDataAndVariables) {
  const auto plan = ptqbench("plan " + kQdrop);
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_EQ(count(plan.output, " qdrop seed 1005 "), 24U) << plan.output;
  EXPECT_EQ(count(plan.output, "to do     -\n"), 24U) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("24 cells, 0 done, 24 to do"));
  EXPECT_THAT(plan.output, HasSubstr("without fingerprints, and nothing counts as done; missing:\n"
                                     "  environment variable 'PTQBENCH_IMAGENET' is not set\n"
                                     "  environment variable 'PTQBENCH_CHECKPOINTS' is not set\n"));
  // ResNet-18 takes 1.814 GMAC a sample; 256 samples for the ranges, 50000 evaluated twice, 4
  // passes over 1024 and 20000 iterations of 32 forward and backward (3 passes) make 2,024,352.
  EXPECT_THAT(plan.output, ContainsRegex("resnet18 w4a4 qdrop seed 1005 +36[67][0-9]\\.[0-9]+ "));
}

TEST_F(PaperSweep, PlanKnowsLanguageTasksWithoutData) {
  const auto glue = ptqbench("plan " PTQBENCH_SOURCE_DIR "/configs/paper/qdrop_glue.yaml");
  ASSERT_EQ(glue.exit_code, 0) << glue.output;
  EXPECT_THAT(glue.output, HasSubstr("81 cells, 0 done, 81 to do"));
  EXPECT_THAT(glue.output, HasSubstr("glue_rte bert_base e8w4a4 qdrop seed 1005"));
  const auto squad = ptqbench("plan " PTQBENCH_SOURCE_DIR "/configs/paper/qdrop_squad.yaml");
  ASSERT_EQ(squad.exit_code, 0) << squad.output;
  EXPECT_THAT(squad.output, HasSubstr("18 cells, 0 done, 18 to do"));
}

TEST_F(PaperSweep, PlanKnowsDetectorsWithoutData) {
  const auto coco = ptqbench("plan " PTQBENCH_SOURCE_DIR "/configs/paper/qdrop_coco.yaml");
  ASSERT_EQ(coco.exit_code, 0) << coco.output;
  EXPECT_THAT(coco.output, HasSubstr("4 cells, 0 done, 4 to do"));
  EXPECT_THAT(coco.output, HasSubstr("coco faster_rcnn_resnet50 w2a4 qdrop seed 1005"));
}

TEST_F(PaperSweep, PlanNamesTheFilesThatAreMissing) {
  setenv("PTQBENCH_IMAGENET", folder_.at("imagenet").c_str(), 1);
  setenv("PTQBENCH_CHECKPOINTS", folder_.at("checkpoints").c_str(), 1);
  const auto plan = ptqbench("plan " + kQdrop + " --filter model=resnet18,bits=w4a4");
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("1 cells, 0 done, 1 to do"));
  EXPECT_THAT(plan.output, AllOf(HasSubstr(folder_.at("imagenet")),
                                 HasSubstr("the file " + folder_.at("checkpoints") +
                                           "/resnet18_imagenet.pth.tar does not exist")));
}

TEST_F(PaperSweep, PlanNamesTheMissingDataOfEveryTask) {
  const auto config =
      folder_.write("texts.yaml", "include: " PTQBENCH_SOURCE_DIR
                                  "/configs/paper/qdrop_squad.yaml\nmethods: [nearest]\n");
  setenv("PTQBENCH_SQUAD", folder_.at("squad").c_str(), 1);
  setenv("PTQBENCH_CHECKPOINTS", folder_.at("checkpoints").c_str(), 1);
  const auto plan = ptqbench("plan " + config + " --filter bits=e8w4a4");
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  for (const char* version : {"v1", "v2"})
    EXPECT_THAT(plan.output, HasSubstr(std::string("bert-base-uncased-squad-") + version +
                                       "/vocab.txt' does not exist\n"));
}

TEST_F(PaperSweep, DescribeNeedsNeitherDataNorVariables) {
  const auto described = ptqbench("describe " + kQdrop + " --filter model=resnet18,bits=w2a4");
  ASSERT_EQ(described.exit_code, 0) << described.output;
  EXPECT_THAT(described.output,
              AllOf(HasSubstr("imagenet resnet18 w2a4 qdrop\n"),
                    HasSubstr("environment variable 'PTQBENCH_IMAGENET' is not set\n")));
}

TEST_F(PaperSweep, RunStillRefuses) {
  const auto unset = ptqbench("run " + kQdrop + " --out " + folder_.at("run"));
  EXPECT_EQ(unset.exit_code, 2);
  EXPECT_THAT(unset.output, HasSubstr("dataset.root: environment variable 'PTQBENCH_IMAGENET' is "
                                      "not set"));
  const auto config = folder_.write("sweep.yaml", small_sweep());
  const auto no_data = ptqbench("run " + config + without_data() + " --out " + folder_.at("run"));
  EXPECT_EQ(no_data.exit_code, 2);
  EXPECT_THAT(no_data.output, AllOf(HasSubstr(folder_.at("nowhere")), Not(HasSubstr("--set"))));
  EXPECT_FALSE(std::filesystem::exists(folder_.at("run")));
}

/// "12.34": what the plan says a cell costs.
std::string cost_of(const std::string& plan, const std::string& cell) {
  std::smatch found;
  const bool matches = std::regex_search(plan, found, std::regex(cell + " +([0-9.]+ +[0-9.]+)"));
  return matches ? found[1].str() : "";
}

TEST_F(PaperSweep, CostsAreThoseOfThePlanWithData) {
  const auto config = folder_.write("sweep.yaml", small_sweep());
  const std::string plan = "plan " + config + " --set settings.iterations=1000";
  const auto with_data = ptqbench(plan);
  const auto without = ptqbench(plan + without_data());
  ASSERT_EQ(without.exit_code, 0) << without.output;
  EXPECT_THAT(with_data.output, Not(HasSubstr("without fingerprints")));
  EXPECT_THAT(without.output, HasSubstr("without fingerprints"));
  const auto cost = cost_of(without.output, "resnet20 w2a4 qdrop seed 1");
  EXPECT_FALSE(cost.empty());
  EXPECT_EQ(cost, cost_of(with_data.output, "resnet20 w2a4 qdrop seed 1"));
}

TEST_F(PaperSweep, AFolderWhoseShapeNobodySaysIsRefused) {
  auto sweep = small_sweep();
  sweep.replace(sweep.find("dataset: fashion_mnist"), 22,
                "dataset: {name: image_folder, root: nowhere, resize: 32}");
  const auto plan = ptqbench("plan " + folder_.write("sweep.yaml", sweep));
  EXPECT_EQ(plan.exit_code, 2) << plan.output;
  EXPECT_THAT(plan.output, HasSubstr("nowhere"));
}

// The paper's configuration on ten small pictures, with a network trained on them for one epoch,
// one iteration and two ranks.
TEST_F(PaperSweep, ThePublishedValuesStandBesideOursInEveryFormat) {
  testing::write_image_folder(folder_, "imagenet");
  std::filesystem::rename(folder_.at("imagenet/test"), folder_.at("imagenet/val"));
  const auto train = folder_.write(
      "train.yaml",
      "name: t\ntask: image_classification\nmodel: resnet18\noutput: resnet18_imagenet.pth.tar\n"
      "dataset: {name: imagenet, root: imagenet, resize: 64, crop: 64, evaluation_split: val}\n"
      "epochs: 1\nbatch_size: 5\nthreads: 1\n");
  const auto trained = ptqbench("train " + train);
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  const auto config = folder_.write(
      "sweep.yaml",
      "include: " + kQdrop +
          "\nname: small\nmodels: [{name: resnet18, label: mine, checkpoint: "
          "resnet18_imagenet.pth.tar}]\nbits: [w4a4]\nmethods: [nearest, qdrop]\n"
          "overrides: []\ndataset: {classes: 10, resize: 72, crop: 64}\nthreads: 1\nsettings: "
          "{iterations: 1, calibration_samples: 2, range_samples: 2, batch_size: "
          "2}\n");
  setenv("PTQBENCH_IMAGENET", folder_.at("imagenet").c_str(), 1);
  setenv("PTQBENCH_CHECKPOINTS", folder_.path().c_str(), 1);
  const auto run = ptqbench("run " + config + " --out " + folder_.at("run"), 2);
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto beside = AllOf(HasSubstr("published a (primary)"), HasSubstr("71.06 -"),
                            HasSubstr("69.10 -"), HasSubstr("a (primary): qdrop_imagenet_paper: "),
                            HasSubstr("c (primary): qdrop_imagenet_readme_branch_qdrop: "));
  EXPECT_THAT(run.output, beside);

  // What is beside ours is known from a copy of the folder, too.
  std::filesystem::rename(folder_.at("run"), folder_.at("copy"));
  std::filesystem::remove(folder_.at("copy/sweep.yaml"));
  std::filesystem::remove(config);
  EXPECT_THAT(ptqbench("table " + folder_.at("copy")).output, beside);
  EXPECT_THAT(ptqbench("table " + folder_.at("copy") + " --format markdown").output,
              HasSubstr("|  | published a (primary) | 71.06 -"));
  EXPECT_THAT(ptqbench("table " + folder_.at("copy") + " --format latex").output,
              HasSubstr(" & published a (primary) & 71.06 -"));
  EXPECT_THAT(ptqbench("table " + folder_.at("copy") + " --format csv").output,
              HasSubstr(",false,qdrop_imagenet_paper,primary,"));
}

}  // namespace
}  // namespace ptqbench
