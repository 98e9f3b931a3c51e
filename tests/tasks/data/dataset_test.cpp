#include "tasks/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::ThrowsMessage;

DatasetOptions options_of(const std::string& name) {
  DatasetOptions options;
  options.name = name;
  return options;
}

TEST(Datasets, AreListedWithADescription) {
  EXPECT_THAT(dataset_names(), ElementsAre("fashion_mnist", "cifar10", "image_folder", "imagenet"));
  for (const auto& name : dataset_names()) EXPECT_THAT(dataset_description(name), Not(IsEmpty()));
}

TEST(Datasets, SuggestTheNameForAMisspelledOne) {
  EXPECT_THAT(
      [] { make_dataset(options_of("cifar01"), "test"); },
      ThrowsMessage<ConfigError>(AllOf(HasSubstr("cifar01"), HasSubstr("did you mean 'cifar10'"))));
  EXPECT_THROW(dataset_description("imagenet21k"), ConfigError);
}

TEST(Datasets, RefuseASplitThatTheyDoNotHave) {
  for (const char* name : {"fashion_mnist", "cifar10"}) {
    EXPECT_THAT([&] { make_dataset(options_of(name), "val"); },
                ThrowsMessage<ConfigError>(AllOf(HasSubstr("'val'"), HasSubstr("train, test"))));
  }
}

TEST(Datasets, RefuseOptionsThatTheyDoNotUse) {
  for (const char* name : {"fashion_mnist", "cifar10"}) {
    DatasetOptions resized = options_of(name);
    resized.resize = 64;
    EXPECT_THROW(make_dataset(resized, "test"), ConfigError);
    DatasetOptions cropped = options_of(name);
    cropped.crop = 28;
    EXPECT_THROW(make_dataset(cropped, "test"), ConfigError);
    DatasetOptions labelled = options_of(name);
    labelled.label_file = "labels.txt";
    EXPECT_THROW(make_dataset(labelled, "test"), ConfigError);
  }
}

TEST(Datasets, AskForTheRootTheyNeed) {
  for (const char* name : {"cifar10", "image_folder"}) {
    EXPECT_THAT([&] { make_dataset(options_of(name), "test"); },
                ThrowsMessage<ConfigError>(HasSubstr("root")));
  }
}

TEST(Datasets, RefuseSidesOutOfRangeAndMalformedNormalization) {
  DatasetOptions options = options_of("image_folder");
  options.root = "anywhere";
  options.resize = -1;
  EXPECT_THAT([&] { make_dataset(options, "val"); },
              ThrowsMessage<ConfigError>(HasSubstr("resize")));
  options.resize = 0;
  options.crop = 100000;
  EXPECT_THAT([&] { make_dataset(options, "val"); }, ThrowsMessage<ConfigError>(HasSubstr("crop")));
  options.crop = 0;
  options.mean = {0.1, 0.2};
  EXPECT_THAT([&] { make_dataset(options, "val"); }, ThrowsMessage<ConfigError>(HasSubstr("mean")));
}

TEST(DatasetOptions, NameEachMemberOnce) {
  EXPECT_THAT(field_names<DatasetOptions>(),
              ElementsAre("name", "root", "label_file", "classes", "resize", "crop", "squash",
                          "crop_fraction", "interpolation", "antialias", "mean", "std",
                          "calibration_split", "evaluation_split", "category_offset", "quoting"));
}

}  // namespace
}  // namespace ptqbench
