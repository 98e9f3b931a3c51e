#include "tasks/image_classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "methods/nn/pass.h"
#include "support/data_error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

class ImageClassificationTest : public ::testing::Test {
 protected:
  ImageClassificationTest() {
    options_.dataset.name = "image_folder";
    options_.dataset.root = folder_.path().string();
    options_.dataset.resize = 32;
    options_.dataset.crop = 32;
  }
  void put(const std::string& fixture, const std::string& name) {
    folder_.write(name, testing::read_bytes(std::string(PTQBENCH_SOURCE_DIR) +
                                            "/tests/tasks/data/data/" + fixture));
  }
  void put_classes(const std::string& split, const std::string& classes) {
    for (const char name : classes) put("small_444.jpg", split + "/" + name + "/1.jpg");
  }

  testing::TemporaryFolder folder_;
  TaskOptions options_;
};

// As many in both splits, but number 1 means b in one and c in the other.
TEST_F(ImageClassificationTest, ClassesOfTheSplitsMustBeTheSameByName) {
  put_classes("train", "ab");
  put_classes("test", "bc");
  EXPECT_THAT([&] { ImageClassification{options_}; },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr("'train' has 2 classes and split 'test' has 2"),
                        HasSubstr("only 'train' has 'a'"), HasSubstr("only 'test' has 'c'"))));
  put_classes("train", "c");
  EXPECT_THAT([&] { ImageClassification{options_}; },
              ThrowsMessage<ConfigError>(
                  AllOf(HasSubstr("only 'train' has 'a'"), Not(HasSubstr("only 'test'")))));
  put_classes("test", "a");
  EXPECT_NO_THROW(ImageClassification{options_});
}

TEST_F(ImageClassificationTest, NumbersAsLabelsAreComparedByHowManyThereAre) {
  put_classes("train", "ab");
  put("small_444.jpg", "test/1.jpg");
  put("small_grey.jpg", "test/2.jpg");
  folder_.write("test.txt", "1.jpg 0\n2.jpg 1\n");
  EXPECT_NO_THROW(ImageClassification{options_});
  folder_.write("test.txt", "1.jpg a\n2.jpg x\n");
  EXPECT_THAT([&] { ImageClassification{options_}; },
              ThrowsMessage<ConfigError>(HasSubstr("only 'test' has 'x'")));
}

TEST_F(ImageClassificationTest, TheCacheChangesNothing) {
  put_classes("train", "ab");
  put("photo_420.jpg", "test/a/1.jpg");
  put("stray_before_end.jpg", "test/b/2.jpg");
  put("rgb8_interlaced.png", "test/b/3.png");
  const ImageClassification plain(options_);
  options_.cache = folder_ / "cache";
  const ImageClassification cached(options_);
  EXPECT_FALSE(plain.cache_file(0).has_value());
  EXPECT_EQ(cached.cache_file(2)->bytes, 2 * 32 * 32 * 3);
  const auto model = plain.make_model({"resnet20", {}});
  LocalGroup alone;
  for (const int64_t samples : {0, 2}) {
    FullPrecisionPass pass;
    EXPECT_EQ(cached.evaluate(model, pass, samples, 2, alone).value,
              plain.evaluate(model, pass, samples, 2, alone).value);
    EXPECT_TRUE(cached.cache_file(samples)->exists);
  }
  EXPECT_EQ(cached.data_key(), plain.data_key());
  EXPECT_THAT(cached.notes(),
              ::testing::ElementsAre(HasSubstr("1 picture decoded with a warning")));
}

TEST_F(ImageClassificationTest, OutputsThatAreNotFiniteHaveNoAccuracy) {
  put_classes("train", "ab");
  put_classes("test", "ab");
  const ImageClassification task(options_);
  const auto model = task.make_model({"resnet20", {}});
  const at::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) {
    if (parameter.value.dim() == 1) parameter.value.fill_(std::nan(""));
  }
  LocalGroup alone;
  FullPrecisionPass pass;
  EXPECT_THAT([&] { task.evaluate(model, pass, 0, 2, alone); },
              ThrowsMessage<DataError>(HasSubstr("outputs for 2 of 2 samples are not finite")));
}

}  // namespace
}  // namespace ptqbench
