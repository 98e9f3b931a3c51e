#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <numeric>

#include "support/error.h"
#include "tasks/metrics/squad_score.h"
#include "tasks/stand_in_task.h"
#include "tasks/task.h"
#include "tasks/text/label_order.h"
#include "tasks/text/text_datasets.h"
#include "tasks/text/text_inputs.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// Folders of GLUE and SQuAD with a few samples, and a vocabulary that covers them.
class TextTasks : public ::testing::Test {
 protected:
  void SetUp() override {
    write(
        folder_ / "vocab.txt",
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\ngood\nbad\nfilm\na\n?\nwho\nwrote\nit\nmary\njohn\nand\n.\n");
    write(folder_ / "SST-2/train.tsv",
          "sentence\tlabel\na good film\t1\na bad film\t0\ngood good film\t1\nbad bad\t0\n");
    write(folder_ / "SST-2/dev.tsv", "sentence\tlabel\na good good film\t1\nbad film\t0\nbad\t1\n");
    write(folder_ / "STS-B/train.tsv",
          "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
          "0\ta\tb\tc\td\te\tf\ta film\tgood film\t2.5\n");
    write(folder_ / "STS-B/dev.tsv",
          "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
          "0\ta\tb\tc\td\te\tf\ta film\ta film\t5.0\n1\ta\tb\tc\td\te\tf\tgood\tbad\t0.0\n");
    const std::string squad =
        R"({"version": "1.1", "data": [{"title": "t", "paragraphs": [{
          "context": "Mary wrote it. John and Mary.", "qas": [
          {"id": "q1", "question": "Who wrote it?", "answers": [{"text": "Mary", "answer_start": 0}]},
          {"id": "q2", "question": "Who and Mary?", "answers": [{"text": "John", "answer_start": 15}]}
        ]}]}]})";
    write(folder_ / "train-v1.1.json", squad);
    write(folder_ / "dev-v1.1.json", squad);
  }

  TaskOptions options(const std::string& task, const std::string& dataset) const {
    TaskOptions options;
    options.name = task;
    options.dataset.name = dataset;
    options.dataset.root = folder_.path().string();
    options.dataset.evaluation_split = "dev";
    options.text.vocabulary = folder_.at("vocab.txt");
    options.text.max_length = 16;
    options.text.max_question_length = 8;
    return options;
  }

  testing::TemporaryFolder folder_;
  LocalGroup alone;
};

/// Sets the output layer so that the scores of all positions or classes are these.
void set_outputs(UnitGraph& model, const std::string& layer, const std::vector<float>& scores) {
  for (const auto& parameter : model.parameters()) {
    if (parameter.name == layer + ".weight") at::Tensor(parameter.value).zero_();
    if (parameter.name == layer + ".bias") at::Tensor(parameter.value).copy_(at::tensor(scores));
  }
}

TEST_F(TextTasks, AClassifierIsMeasuredOnTheWholeSplitInAnyBatchSize) {
  const auto task = make_task(options("text_classification", "glue_sst2"));
  EXPECT_EQ(task->calibration_population(), 4);
  EXPECT_EQ(task->evaluation_population(), 3);
  auto model = task->make_model({"bert_tiny", {}});
  set_outputs(model, "classifier", {0, 1});
  FullPrecisionPass pass;
  for (const int64_t batch : {1, 2, 8}) {
    const auto metrics = task->evaluate(model, pass, 0, batch, alone);
    EXPECT_EQ(metrics.name, "accuracy");
    EXPECT_DOUBLE_EQ(metrics.value, 100 * 2.0 / 3);
  }
  EXPECT_DOUBLE_EQ(task->evaluate(model, pass, 2, 8, alone).value, 50)
      << "the first two samples only";
}

TEST_F(TextTasks, CalibrationInputsArePaddedToTheLongestAndMasked) {
  const auto task = make_task(options("text_classification", "glue_sst2"));
  const auto inputs = task->calibration_inputs({3, 0});
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_TRUE(
      at::equal(inputs[0], at::tensor({2, 5, 5, 3, 0, 2, 7, 4, 6, 3}, at::kLong).reshape({2, 5})));
  EXPECT_TRUE(
      at::equal(inputs[2], at::tensor({1, 1, 1, 1, 0, 1, 1, 1, 1, 1}, at::kLong).reshape({2, 5})));
}

TEST_F(TextTasks, RegressionIsMeasuredByCorrelation) {
  const auto task = make_task(options("text_classification", "glue_stsb"));
  const auto model = task->make_model({"bert_tiny", {}});
  FullPrecisionPass pass;
  const auto metrics = task->evaluate(model, pass, 0, 2, alone);
  EXPECT_EQ(metrics.name, "pearson");
  // Of two numbers the correlation is 1 or -1.
  EXPECT_NEAR(std::abs(metrics.value), 100, 1e-9);
  EXPECT_EQ(metrics.further.count("spearman"), 1u);
}

TEST_F(TextTasks, AnswersAreMeasuredAsSquadDoes) {
  const auto task = make_task(options("question_answering", "squad_v1"));
  auto model = task->make_model({"bert_tiny", {}});
  // Equal scores everywhere: the first token of the context, "Mary".
  set_outputs(model, "qa_outputs", {0, 0});
  FullPrecisionPass pass;
  const auto metrics = task->evaluate(model, pass, 0, 3, alone);
  EXPECT_EQ(metrics.name, "f1");
  EXPECT_DOUBLE_EQ(metrics.further.at("exact_match"), 50);
}

TEST_F(TextTasks, OutputsInAnotherOrderMeasureTheSame) {
  const auto task = make_task(options("text_classification", "glue_sst2"));
  EXPECT_THAT(task->class_names(), ::testing::ElementsAre("negative", "positive"));
  EXPECT_DOUBLE_EQ(task->chance(), 50);
  FullPrecisionPass pass;
  auto model = task->make_model({"bert_tiny", {}});
  set_outputs(model, "classifier", {0, 1});
  const double expected = task->evaluate(model, pass, 0, 2, alone).value;
  EXPECT_DOUBLE_EQ(expected, 100 * 2.0 / 3);
  // The same network, trained on numbers of classes that are the other way round.
  set_outputs(model, "classifier", {1, 0});
  EXPECT_DOUBLE_EQ(task->evaluate(model, pass, 0, 2, alone).value, 100 / 3.0);
  reorder_outputs(model, output_order(task->class_names(), {"POSITIVE", "NEGATIVE"}, "m"));
  EXPECT_DOUBLE_EQ(task->evaluate(model, pass, 0, 2, alone).value, expected);
}

TEST_F(TextTasks, AnswersInAWrongPlaceCountInTheEvaluationAndNotInCalibration) {
  const std::string squad = R"({"data": [{"paragraphs": [{
      "context": "The cat sat on the mat in Paris.", "qas": [
      {"id": "q1", "question": "Where?", "answers": [{"text": "Paris", "answer_start": 27}]},
      {"id": "q2", "question": "Who?", "answers": [{"text": "The cat", "answer_start": 0}]}
    ]}]}]})";
  write(folder_ / "train-v1.1.json", squad);
  write(folder_ / "dev-v1.1.json", squad);
  const auto task = make_task(options("question_answering", "squad_v1"));
  EXPECT_EQ(task->evaluation_population(), 2);
  EXPECT_EQ(task->calibration_population(), 1);
  EXPECT_THAT(
      task->notes(),
      ::testing::Contains(HasSubstr("split 'train': 1 question is left out of calibration")));
  EXPECT_EQ(task->training_data({})->size(), 1);
  Question question = make_question_dataset(options("", "squad_v1").dataset, "dev").questions[0];
  EXPECT_DOUBLE_EQ(squad_score({{question}, false, {}}, {"Paris"}).all.f1, 100);
}

TEST_F(TextTasks, TheTokenizerOfTheCheckpointSaysHowLongWordsMayBe) {
  const auto tokens = [&](const TaskOptions& options) {
    return make_tokenizer(options).tokenize(std::string(101, 'a')).size();
  };
  write(folder_ / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\n");
  auto text = options("text_classification", "glue_sst2");
  EXPECT_EQ(tokens(text), 1u);
  const auto key = make_task(text)->data_key();
  write(folder_ / "tokenizer.json",
        R"({"model": {"type": "WordPiece", "max_input_chars_per_word": 100}})");
  EXPECT_EQ(tokens(text), 1u);
  EXPECT_EQ(make_task(text)->data_key(), key) << "what is usual decides nothing";
  write(folder_ / "tokenizer.json",
        R"({"model": {"type": "WordPiece", "max_input_chars_per_word": 200}})");
  EXPECT_EQ(tokens(text), 101u);
  EXPECT_NE(make_task(text)->data_key(), key);
  write(folder_ / "tokenizer.json", R"({"model": {"type": "BPE"}})");
  EXPECT_THAT([&] { tokens(text); },
              ThrowsMessage<IoError>(HasSubstr("model.type: 'BPE', expected 'WordPiece'")));
  text.text.tokenizer = "google";
  EXPECT_EQ(tokens(text), 101u);
}

TEST_F(TextTasks, EveryDataSetHasAnEvaluationSplitOfItsOwn) {
  EXPECT_EQ(default_evaluation_split("glue_rte"), "dev");
  EXPECT_EQ(default_evaluation_split("glue_mnli_matched"), "dev");
  EXPECT_EQ(default_evaluation_split("squad_v2"), "dev");
  EXPECT_EQ(default_evaluation_split("wordnet_gloss"), "test");
  EXPECT_EQ(default_evaluation_split("fashion_mnist"), "test");
  EXPECT_EQ(default_evaluation_split("coco"), "test");
}

TEST_F(TextTasks, TrainingLossesHaveGradientsAndKnownValues) {
  TrainOptions train;
  FullPrecisionPass pass;
  const auto loss = [&](const char* task_name, const char* dataset, const char* layer) {
    const auto task = make_task(options(task_name, dataset));
    auto model = task->make_model({"bert_tiny", {}});
    for (const auto& parameter : model.parameters()) {
      if (parameter.name.rfind(layer, 0) == 0) at::Tensor(parameter.value).zero_();
    }
    for (const auto& parameter : model.parameters())
      at::Tensor(parameter.value).requires_grad_(true);
    const auto data = task->training_data(train);
    std::vector<int64_t> all(static_cast<size_t>(data->size()));
    std::iota(all.begin(), all.end(), 0);
    const auto value = data->loss(model, pass, all, 0);
    value.backward();
    EXPECT_TRUE(model.parameters().front().value.grad().defined());
    return value.item<double>();
  };
  // All outputs are zero: ln 2 for two classes, 2.5 squared for the number.
  EXPECT_NEAR(loss("text_classification", "glue_sst2", "classifier"), std::log(2.0), 1e-6);
  EXPECT_NEAR(loss("text_classification", "glue_stsb", "classifier"), 6.25, 1e-6);
  // [CLS] who wrote it ? [SEP] mary wrote it . john and mary . [SEP]: 15 tokens; so the other.
  EXPECT_NEAR(loss("question_answering", "squad_v1", "qa_outputs"), std::log(15.0), 1e-6);
}

TEST_F(TextTasks, EveryTrainingBatchHasSamplesOfAboutOneLengthAndNoneTwice) {
  const auto task = make_task(options("text_classification", "glue_sst2"));
  const auto data = task->training_data({});
  std::vector<int64_t> seen;
  for (const auto& batch : data->batches(2, 1)) seen.insert(seen.end(), batch.begin(), batch.end());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(data->batches(2, 1), data->batches(2, 1));
}

TEST_F(TextTasks, TheDataKeyCoversTextsAndVocabulary) {
  const auto key = make_task(options("text_classification", "glue_sst2"))->data_key();
  EXPECT_EQ(make_task(options("text_classification", "glue_sst2"))->data_key(), key);
  std::ofstream(folder_ / "vocab.txt", std::ios::app) << "more\n";
  const auto with_token = make_task(options("text_classification", "glue_sst2"))->data_key();
  EXPECT_NE(with_token, key);
  std::ofstream(folder_ / "SST-2/dev.tsv", std::ios::app) << "good\t0\n";
  EXPECT_NE(make_task(options("text_classification", "glue_sst2"))->data_key(), with_token);
}

TEST_F(TextTasks, WrongOptionsAreExplained) {
  auto wrong = options("text_classification", "glue_sst2");
  const auto expect = [&](const std::string& message) {
    EXPECT_THAT([&] { make_task(wrong); }, ThrowsMessage<ConfigError>(HasSubstr(message)));
    wrong = options("text_classification", "glue_sst2");
  };
  wrong.text.vocabulary.clear();
  expect("task text_classification needs text: {vocabulary: FILE}");
  wrong.dataset.name = "fashion_mnist";
  expect("'fashion_mnist' is no data set of labelled texts");
  wrong.dataset.name = "squad_v1";
  expect("'squad_v1' is no data set of labelled texts");
  wrong.dataset.resize = 256;
  expect("holds texts: label_file, classes, resize");
  wrong.dataset.root.clear();
  expect("needs root, the folder with SST-2/");
  wrong.dataset.evaluation_split = "test";
  expect("the labels of split 'test' are not public; expected one of train, dev");
  wrong.dataset.category_offset = 1;
  expect("has no categories: remove category_offset");
  wrong.name = "question_answering";
  expect("'glue_sst2' is no data set of questions");
  auto images = TaskOptions();
  images.text.vocabulary = "v.txt";
  EXPECT_THAT([&] { make_task(images); }, ThrowsMessage<ConfigError>(HasSubstr("reads no texts")));
}

TEST_F(TextTasks, ModelsMustFitVocabularyAndLength) {
  auto long_texts = options("text_classification", "glue_sst2");
  long_texts.text.max_length = 600;
  EXPECT_THAT(
      [&] {
        make_task(long_texts)->make_model({"bert_tiny", {}});
      },
      ThrowsMessage<ConfigError>(
          HasSubstr("max_length is 600, but model 'bert_tiny' has 512 positions")));
  const auto task = make_task(options("text_classification", "glue_sst2"));
  EXPECT_THAT(
      [&] {
        task->make_model({"resnet20", {}});
      },
      ThrowsMessage<ConfigError>(HasSubstr("no model for texts is called 'resnet20'")));
  write(folder_ / "config.json", R"({"vocab_size": 10, "hidden_size": 24})");
  EXPECT_THAT(
      [&] {
        task->make_model({"bert_base", folder_ / "config.json"});
      },
      ThrowsMessage<ConfigError>(
          AllOf(HasSubstr("the vocabulary has 16 tokens"), HasSubstr("vocab_size 10"))));
  write(folder_ / "config.json",
        R"({"vocab_size": 32, "hidden_size": 24, "num_hidden_layers": 1})");
  EXPECT_EQ(
      task->make_model({"bert_base", folder_ / "config.json"}).parameters().front().value.sizes(),
      (std::vector<int64_t>{32, 24}))
      << "a table may have rows to spare";
}

TEST_F(TextTasks, StandInsKnowTheShapeWithoutData) {
  auto missing = options("text_classification", "glue_mnli_matched");
  missing.dataset.root = "/nowhere";
  missing.text.vocabulary = "/nowhere/vocab.txt";
  const auto stand_in = make_stand_in_task(missing);
  EXPECT_EQ(stand_in->calibration_population(), 392702);
  EXPECT_EQ(stand_in->evaluation_population(), 9815);
  EXPECT_EQ(stand_in->calibration_inputs({0, 1})[0].sizes(), (std::vector<int64_t>{2, 16}));
  EXPECT_EQ(stand_in->make_model({"bert_tiny", {}}).parameters().front().value.size(0), 30522);
}

}  // namespace
}  // namespace ptqbench
