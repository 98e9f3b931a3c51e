#include "tasks/data/picture_transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tasks/data/dataset.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void expect_refused(const DatasetOptions& options, const std::string& message) {
  EXPECT_THAT([&] { picture_transform(options); },
              ThrowsMessage<ConfigError>(HasSubstr(message)));
}

TEST(PictureTransform, SquashTakesBothSidesWhateverThePicture) {
  DatasetOptions options;
  options.squash = {90, 20};
  const auto transform = picture_transform(options);
  const Image image = transform(read_ppm("photo_420.ppm"));
  EXPECT_EQ(image.rgb, read_ppm("resize_20x90.ppm").rgb);
  EXPECT_EQ(transform.sides()->height, 90);
  EXPECT_EQ(transform.sides()->width, 20);
}

// The shorter side as timm 1.0 computes it: floor(crop / fraction).
TEST(PictureTransform, CropFractionGivesTheShorterSide) {
  struct Case {
    int64_t crop;
    double fraction;
    int64_t shorter_side;
  };
  for (const auto& [crop, fraction, shorter_side] :
       {Case{224, 0.875, 256}, {224, 0.9, 248}, {224, 0.95, 235}, {299, 0.875, 341}, {384, 1, 384}}) {
    DatasetOptions options;
    options.crop = crop;
    options.crop_fraction = fraction;
    EXPECT_EQ(picture_transform(options).shorter_side, shorter_side);
    EXPECT_EQ(picture_transform(options).crop, crop);
  }
}

TEST(PictureTransform, TheFilterIsThatOfTheOptions) {
  DatasetOptions options;
  options.resize = 32;
  options.interpolation = "bicubic";
  const Image photo = read_ppm("photo_420.ppm");
  EXPECT_EQ(picture_transform(options)(photo).rgb,
            resize_shorter_side(photo, 32, {Interpolation::kBicubic}).rgb);
  EXPECT_NE(picture_transform(options)(photo).rgb, resize_shorter_side(photo, 32).rgb);
}

TEST(PictureTransform, ContradictionsAreRefused) {
  DatasetOptions options;
  options.resize = 32;
  options.squash = {32, 32};
  expect_refused(options, "one of resize");
  options.resize = 0;
  options.squash = {32};
  expect_refused(options, "a height and a width");
  options.squash = {32, 31.5};
  expect_refused(options, "whole numbers");
  options.squash.clear();
  options.crop_fraction = 0.9;
  expect_refused(options, "crop_fraction of a data set needs crop");
  options.crop_fraction = 0;
  options.interpolation = "lanczos";
  options.antialias = false;
  expect_refused(options, "needs antialias");
  options.interpolation = "cubic";
  expect_refused(options, "unknown interpolation 'cubic'");
}

TEST(PictureTransform, OtherDataSetsTakeNone) {
  DatasetOptions options;
  options.name = "fashion_mnist";
  options.interpolation = "bicubic";
  EXPECT_THAT([&] { make_dataset(options, "train"); },
              ThrowsMessage<ConfigError>(HasSubstr("resizes no pictures by options")));
}

}  // namespace
}  // namespace ptqbench
