#include "tasks/training/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/metrics/accuracy.h"
#include "tasks/training/image_training_data.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/files.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

/// Three classes of noise around different means: learnable in a few steps.
class Blobs : public ImageDataset {
 public:
  explicit Blobs(int64_t size) : size_(size) {}
  int64_t size() const override { return size_; }
  int64_t classes() const override { return 3; }
  int64_t label(int64_t index) const override { return index % 3; }
  std::string sample_name(int64_t index) const override { return std::to_string(index); }
  std::string content_key() const override { return "blobs"; }
  at::Tensor sample(int64_t index) const override {
    auto image = at::full({3, 8, 8}, -0.5);
    image[index % 3] += 1 + 0.1 * static_cast<double>(index % 7);
    return image;
  }

 private:
  int64_t size_;
};

class Train : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.epochs = 4;
    options_.batch_size = 8;
    options_.crop_padding = 1;
    options_.horizontal_flip = true;
  }

  /// Trains a fresh model, stopping with an exception after `stop` epochs (0: never).
  UnitGraph train(const std::string& state, int64_t stop = 0) {
    at::manual_seed(1);
    auto model = testing::tiny_resnet();
    const Blobs data(48);
    try {
      last_ = train_model(
          model, ImageTrainingData(data, options_), options_, {folder_ / state, made_for_},
          [&](const UnitGraph& trained) {
            FullPrecisionPass pass;
            LocalGroup alone;
            return top1_accuracy(trained, pass, data, 0, 16, alone);
          },
          [&](const EpochReport& report) {
            if (report.epoch == stop) throw std::runtime_error("interrupted");
          });
    } catch (const std::runtime_error& error) {
      if (stop == 0) throw;
    }
    return model;
  }

  testing::TemporaryFolder folder_;
  TrainOptions options_;
  std::map<std::string, std::string> made_for_ = {{"model", "tiny"}, {"dataset.name", "blobs"}};
  EpochReport last_;
};

TEST_F(Train, LearnsToTellTheClassesApart) {
  train("state");
  EXPECT_EQ(last_.epoch, 4);
  EXPECT_GT(last_.metric, 90);
}

TEST_F(Train, AdamWLearnsToo) {
  options_.optimizer = "adamw";
  options_.learning_rate = 0.02;
  train("state");
  EXPECT_GT(last_.metric, 90);
}

class TrainWith : public Train, public ::testing::WithParamInterface<const char*> {};

TEST_P(TrainWith, InterruptedAndContinuedGivesTheSameParameters) {
  options_.optimizer = GetParam();
  const auto whole = train("whole");
  train("halves", 2);
  const auto continued = train("halves");
  const auto expected = whole.parameters();
  const auto actual = continued.parameters();
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(testing::identical(actual[i].value, expected[i].value)) << expected[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Optimizers, TrainWith, ::testing::Values("sgd", "adamw"));

TEST_F(Train, RefusesTheStateOfAnotherTrainingAndSaysWhatDiffers) {
  train("state", 1);
  made_for_["dataset.name"] = "circles";
  made_for_["train.epochs"] = "4";
  EXPECT_THAT(
      [&] { train("state"); },
      ThrowsMessage<ConfigError>(AllOf(
          HasSubstr(folder_.at("state")), HasSubstr("dataset.name: blobs there, circles here"),
          HasSubstr("train.epochs: not recorded there, 4 here"), Not(HasSubstr("model")),
          HasSubstr("Delete it to start afresh"))));
  made_for_ = {{"model", "tiny"}, {"dataset.name", "blobs"}};
  EXPECT_NO_THROW(train("state")) << "the state is untouched";
}

TEST_F(Train, AFinishedStateStillReportsItsMetric) {
  train("state");
  const double metric = last_.metric;
  last_ = {};
  train("state");
  EXPECT_EQ(last_.metric, metric);
}

}  // namespace
}  // namespace ptqbench
