#include "tasks/text/label_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/data_error.h"
#include "tasks/models/bert.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

const std::vector<std::string> kMnli = {"entailment", "neutral", "contradiction"};

TEST(LabelOrder, SaysWhichOutputIsWhichClass) {
  // QData/TextAttack's MNLI models: their 0 is contradiction, 1 entailment, 2 neutral.
  EXPECT_THAT(output_order(kMnli, {"contradiction", "entailment", "neutral"}, "m"),
              ElementsAre(1, 2, 0));
  EXPECT_THAT(output_order(kMnli, {"CONTRADICTION", "NEUTRAL", "ENTAILMENT"}, "m"),
              ElementsAre(2, 1, 0));
  EXPECT_THAT(output_order(kMnli, kMnli, "m"), IsEmpty());
}

TEST(LabelOrder, OtherNamesAreRefused) {
  for (const std::vector<std::string>& labels :
       {std::vector<std::string>{"contradiction", "entailment"},
        {"contradiction", "entailment", "other"},
        {"contradiction", "entailment", "neutral", "more"}}) {
    EXPECT_THAT([&] { output_order(kMnli, labels, "model 'm': labels"); },
                ThrowsMessage<ConfigError>(
                    AllOf(HasSubstr("model 'm': labels: the outputs are called contradiction"),
                          HasSubstr("entailment, neutral, contradiction"))));
  }
}

TEST(LabelOrder, ConfigsNameTheirOutputs) {
  const testing::TemporaryFolder folder;
  const auto labels = [&](const std::string& json) {
    return labels_of_config(folder.write("config.json", json), kMnli);
  };
  EXPECT_THAT(labels(R"({"id2label": {"0": "CONTRADICTION", "2": "ENTAILMENT", "1": "NEUTRAL"}})"),
              ElementsAre("CONTRADICTION", "NEUTRAL", "ENTAILMENT"));
  EXPECT_THAT(labels(R"({"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}})"),
              IsEmpty());
  EXPECT_THAT(labels(R"({"hidden_size": 128})"), IsEmpty());
  EXPECT_THAT(labels_of_config(folder / "none.json", kMnli), IsEmpty());
  EXPECT_THROW(labels(R"({"id2label": {"0": 7}})"), DataError);
}

TEST(LabelOrder, RowsOfTheLastLayerArePutInOrder) {
  BertConfig config = bert_config("bert_tiny");
  config.vocab_size = 8;
  auto model = bert_for_sequences(config, 3);
  const auto parameter = [&](const std::string& name) {
    for (const auto& each : model.parameters()) {
      if (each.name == name) return at::Tensor(each.value);
    }
    throw std::logic_error("no parameter " + name);
  };
  const auto weight = parameter("classifier.weight").clone();
  parameter("classifier.bias").copy_(at::tensor({10.0F, 20.0F, 30.0F}));
  reorder_outputs(model, {1, 2, 0});
  EXPECT_TRUE(at::equal(parameter("classifier.bias"), at::tensor({20.0F, 30.0F, 10.0F})));
  EXPECT_TRUE(at::equal(parameter("classifier.weight")[2], weight[0]));
  EXPECT_TRUE(at::equal(parameter("classifier.weight")[0], weight[1]));
  EXPECT_THROW(reorder_outputs(model, {1, 0}), ConfigError);
}

}  // namespace
}  // namespace ptqbench
