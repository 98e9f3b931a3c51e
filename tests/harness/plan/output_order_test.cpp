#include "harness/plan/output_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tasks/checkpoint/content_hash.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

class OutputOrder : public ::testing::Test {
 protected:
  OutputOrder() {
    const std::string rows = "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\tentailment\n";
    folder_.write("RTE/train.tsv", rows);
    folder_.write("RTE/dev.tsv", rows);
    cell_.task.name = "text_classification";
    cell_.task.dataset.name = "glue_rte";
    cell_.task.dataset.root = folder_.path().string();
    cell_.task.dataset.evaluation_split = "dev";
    cell_.task.text.vocabulary = folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n");
    cell_.checkpoint = folder_.write("model/model.safetensors", "");
    cell_.model_label = "bert";
    task_ = make_task(cell_.task);
  }

  testing::TemporaryFolder folder_;
  Cell cell_;
  std::unique_ptr<Task> task_;
};

TEST_F(OutputOrder, IsAsItIsUnlessSomethingSaysOtherwise) {
  EXPECT_THAT(cell_output_order(*task_, cell_), IsEmpty());
  EXPECT_EQ(model_config_hash(*task_, cell_), "");
}

TEST_F(OutputOrder, IsThatOfTheLabels) {
  cell_.labels = {"not_entailment", "entailment"};
  EXPECT_THAT(cell_output_order(*task_, cell_), ElementsAre(1, 0));
  EXPECT_EQ(model_config_hash(*task_, cell_), "") << "the labels are in the settings";
  cell_.labels = {"yes", "no"};
  EXPECT_THAT([&] { cell_output_order(*task_, cell_); },
              ThrowsMessage<ConfigError>(
                  HasSubstr("model 'bert': labels: the outputs are called yes, no, expected")));
}

TEST_F(OutputOrder, IsThatOfTheConfigBesideTheCheckpoint) {
  folder_.write("model/config.json", R"({"id2label": {"0": "entailment", "1": "not_entailment"}})");
  EXPECT_EQ(model_config_hash(*task_, cell_), "") << "what changes nothing is not in fingerprints";
  folder_.write("model/config.json", R"({"id2label": {"1": "entailment", "0": "not_entailment"}})");
  EXPECT_THAT(cell_output_order(*task_, cell_), ElementsAre(1, 0));
  EXPECT_EQ(model_config_hash(*task_, cell_).size(), 64u);
  cell_.labels = {"entailment", "not_entailment"};
  EXPECT_THAT(cell_output_order(*task_, cell_), IsEmpty()) << "what the sweep says wins";
}

TEST_F(OutputOrder, IsThatOfTheConfigOfTheModel) {
  cell_.model_config =
      folder_.write("sizes.json", R"({"id2label": {"0": "entailment", "1": "not_entailment"}})");
  EXPECT_EQ(model_config_hash(*task_, cell_), sha256_file(cell_.model_config));
  folder_.write("sizes.json", R"({"id2label": {"1": "ENTAILMENT", "0": "NOT_ENTAILMENT"}})");
  EXPECT_THAT(cell_output_order(*task_, cell_), ElementsAre(1, 0));
  EXPECT_NE(model_config_hash(*task_, cell_), sha256_file(cell_.model_config));
}

}  // namespace
}  // namespace ptqbench
