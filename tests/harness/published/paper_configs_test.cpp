#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "harness/config/cell.h"
#include "harness/config/option_fields.h"
#include "harness/config/sweep.h"
#include "harness/published/published_reader.h"
#include "methods/recipes/registry.h"
#include "tasks/models/registry.h"
#include "tasks/task.h"

namespace ptqbench {
namespace {

const std::vector<std::string> kQdropTables = {"qdrop_imagenet_paper",
                                               "qdrop_imagenet_readme_master_2022_06",
                                               "qdrop_imagenet_readme_branch_qdrop"};

/// The sweeps in configs/paper, which need neither images nor checkpoints to be read.
class PaperConfigs : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("PTQBENCH_IMAGENET", "/data/imagenet", 1);
    setenv("PTQBENCH_CHECKPOINTS", "/data/checkpoints", 1);
    setenv("PTQBENCH_GLUE", "/data/glue", 1);
    setenv("PTQBENCH_SQUAD", "/data/squad", 1);
  }
  void TearDown() override {
    unsetenv("PTQBENCH_IMAGENET");
    unsetenv("PTQBENCH_CHECKPOINTS");
    unsetenv("PTQBENCH_GLUE");
    unsetenv("PTQBENCH_SQUAD");
  }

  static std::vector<Cell> cells_of(const std::string& name) { return expand(sweep_of(name)); }

  static SweepConfig sweep_of(const std::string& name) {
    const KnownNames known = {task_names(), model_names(), method_names(), all_dataset_names(),
                              reproducible_names(shipped_published())};
    return load_sweep(PTQBENCH_SOURCE_DIR "/configs/paper/" + name + ".yaml", {}, known,
                      {/*check_files=*/false});
  }

  /// How many of the cells have a published number in these tables.
  int64_t with_published_value(const std::vector<Cell>& cells,
                               const std::vector<std::string>& tables) const {
    int64_t count = 0;
    for (const auto& cell : cells) {
      const ComparedCell compared = {
          cell.task.dataset.name,
          "top1_accuracy",
          cell.model,
          cell.method,
          {cell.bits.weights, cell.bits.activations, cell.bits.embeddings},
          option_texts(cell.settings)};
      if (!references_for(papers_, compared, tables).empty()) ++count;
    }
    return count;
  }

  const PublishedPapers papers_ = shipped_published();
};

TEST_F(PaperConfigs, QdropHas24CellsASeedEachWithItsPublishedValues) {
  const auto cells = cells_of("qdrop_imagenet");
  EXPECT_EQ(cells.size(), 24U);
  for (const auto& table : kQdropTables) EXPECT_EQ(with_published_value(cells, {table}), 24);
  EXPECT_EQ(with_published_value(cells, {"qdrop_imagenet_brecq_setting"}), 0);
}

TEST_F(PaperConfigs, QdropUsesTheAuthorsWeightsOfTheRegulariser) {
  for (const auto& cell : cells_of("qdrop_imagenet")) {
    const double expected = cell.model == "mobilenet_v2"  ? 0.1
                            : cell.model == "mnasnet_2_0" ? 0.2
                                                          : 0.01;
    EXPECT_EQ(cell.settings.round_weight, expected) << cell_label(cell);
    EXPECT_EQ(cell.settings.first_last, "qdrop");
    EXPECT_EQ(cell.task.dataset.resize, 256);
    EXPECT_EQ(cell.task.dataset.crop, 224);
  }
}

TEST_F(PaperConfigs, TheOtherPolicyHasItsOwnPublishedValues) {
  const auto cells = cells_of("qdrop_imagenet_brecq_policy");
  EXPECT_EQ(cells.size(), 24U);
  EXPECT_EQ(with_published_value(cells, kQdropTables), 0);
  EXPECT_EQ(with_published_value(cells, {"qdrop_imagenet_brecq_setting"}), 1);
  for (const auto& cell : cells) {
    EXPECT_EQ(cell.settings.round_weight == 0.2, cell.model == "mnasnet_2_0");
  }
}

TEST_F(PaperConfigs, BrecqFindsItsPublishedValues) {
  const auto weight_only = cells_of("brecq_weight_only");
  EXPECT_EQ(weight_only.size(), 6U * 3 * 2);
  // ResNet-18 at 4, 3 and 2 bits, MobileNetV2 at 2 bits.
  EXPECT_EQ(with_published_value(weight_only, {"brecq_paper_weight_only"}), 4);
  const auto both = cells_of("brecq_weight_activation");
  EXPECT_EQ(both.size(), 6U * 2 * 2);
  // ResNet-18 at both, ResNet-50 at W4A4.
  EXPECT_EQ(with_published_value(both, {"brecq_paper_weight_activation"}), 3);
}

TEST_F(PaperConfigs, GlueFindsThePublishedRowOfEachTask) {
  const auto cells = cells_of("qdrop_glue");
  EXPECT_EQ(cells.size(), 9U * 3 * 3);
  std::set<std::string> with_value;
  for (const auto& cell : cells) {
    if (cell.method == "qdrop" && with_published_value({cell}, {"llm_fp4"}) == 1)
      with_value.insert(cell_label(cell));
  }
  // All but MNLI's mismatched set, at one bit width.
  EXPECT_EQ(with_value.size(), 8U);
  EXPECT_EQ(with_value.count("glue_cola bert_base e8w4a4 qdrop seed 1005"), 1U);
  EXPECT_EQ(cells_of("qdrop_squad").size(), 2U * 3 * 3);
}

TEST_F(PaperConfigs, AdaRoundFindsItsPublishedValuesForEachSeed) {
  const auto cells = cells_of("adaround");
  EXPECT_EQ(cells.size(), 3U * 2 * 2 * 5);
  // Three models: nearest and AdaRound at W4, AdaRound at W4A8.
  EXPECT_EQ(with_published_value(cells, {"adaround_t7_imagenet"}), 3 * 3 * 5);
}

TEST_F(PaperConfigs, EachNamesTablesThatStandBesideItsCells) {
  for (const char* name : {"adaround", "brecq_weight_activation", "brecq_weight_only",
                           "qdrop_imagenet", "qdrop_imagenet_brecq_policy"}) {
    const auto sweep = sweep_of(name);
    EXPECT_FALSE(sweep.reproduces.empty()) << name;
    auto cells = expand(sweep);
    for (const auto& cell : expand(sweep)) {
      cells.push_back(cell);
      cells.back().method = "fp";
      cells.back().bits = {};
    }
    for (const auto& table : sweep.reproduces)
      EXPECT_GT(with_published_value(cells, {table}), 0) << name << " " << table;
  }
}

TEST_F(PaperConfigs, TheAblationsAreComplete) {
  EXPECT_EQ(cells_of("qdrop_cases").size(), 6U * 4 * 3);
  const auto cells = cells_of("qdrop_drop_probability");
  EXPECT_EQ(cells.size(), 3U * 2 * 5);
  std::set<double> probabilities;
  for (const auto& cell : cells) {
    if (cell.method == "qdrop") probabilities.insert(cell.settings.drop_probability);
  }
  EXPECT_THAT(probabilities, ::testing::ElementsAre(0.25, 0.5, 0.75, 1.0));
}

TEST_F(PaperConfigs, EveryFileIsASweepOrIsIncludedByOne) {
  std::set<std::string> sweeps;
  for (const auto& entry :
       std::filesystem::directory_iterator(PTQBENCH_SOURCE_DIR "/configs/paper")) {
    const std::string name = entry.path().stem().string();
    if (name.size() < 5 || name.substr(name.size() - 5) != "_base") sweeps.insert(name);
  }
  EXPECT_THAT(sweeps, ::testing::ElementsAre(
                          "adaround", "brecq_weight_activation", "brecq_weight_only", "qdrop_cases",
                          "qdrop_coco", "qdrop_drop_probability", "qdrop_glue", "qdrop_imagenet",
                          "qdrop_imagenet_brecq_policy", "qdrop_squad"));
}

}  // namespace
}  // namespace ptqbench
