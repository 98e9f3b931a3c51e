#include "tasks/data/resize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <zlib.h>

#include "support/error.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

void expect_equal(const Image& image, const Image& expected) {
  ASSERT_EQ(image.width, expected.width);
  ASSERT_EQ(image.height, expected.height);
  EXPECT_EQ(image.rgb, expected.rgb);
}

/// One row whose pixel x is (x + 1, 100, 0).
Image row_of(int width) {
  Image image{width, 1, std::vector<uint8_t>(static_cast<size_t>(width) * 3)};
  for (int x = 0; x < width; ++x) {
    image.rgb[x * 3] = static_cast<uint8_t>(x + 1);
    image.rgb[x * 3 + 1] = 100;
  }
  return image;
}

/// The red values of the row in which center_crop puts a picture of one row.
std::vector<int> red_after_crop(int width, int size) {
  const Image cropped = center_crop(row_of(width), size);
  const int y = (size - 1) / 2;
  std::vector<int> red;
  for (int x = 0; x < size; ++x) red.push_back(cropped.rgb[(y * size + x) * 3]);
  return red;
}

// The references are Pillow's and torchvision's (data/make_fixtures.py) for the picture that
// photo_420.ppm holds.

TEST(ResizeImage, EqualsPillowWhenShrinkingAndEnlarging) {
  const Image photo = read_ppm("photo_420.ppm");
  expect_equal(resize_image(photo, 20, 90), read_ppm("resize_20x90.ppm"));
  expect_equal(resize_image(photo, 90, 20), read_ppm("resize_90x20.ppm"));
  expect_equal(resize_image(photo, 3, 2), read_ppm("resize_3x2.ppm"));
}

TEST(ResizeImage, ToTheSameSizeChangesNothing) {
  const Image photo = read_ppm("photo_420.ppm");
  expect_equal(resize_image(photo, photo.width, photo.height), photo);
}

TEST(ResizeImage, HalvesByTheTriangleFilter) {
  // Weights of 4 -> 2 pixels: distances from the centre 1 are 0.5, 0.5 and 1.5 of a half width of
  // 2, so 3:3:1 / 7.
  const Image half = resize_image({4, 1, {70, 0, 0, 0, 70, 0, 0, 0, 70, 0, 0, 7}}, 2, 1);
  EXPECT_EQ(half.rgb, (std::vector<uint8_t>{30, 30, 10, 0, 10, 33}));
}

TEST(ResizeImage, RefusesSizesThatAreEmptyOrAbsurd) {
  EXPECT_THROW(resize_image(row_of(4), 0, 3), IoError);
  EXPECT_THROW(resize_image(row_of(4), 1 << 20, 1 << 20), IoError);
}

TEST(ResizeImage, RefusesAnUnknownInterpolation) {
  EXPECT_THAT([] { interpolation_from_name("bicubik"); },
              ::testing::ThrowsMessage<ConfigError>(::testing::HasSubstr("'bicubic'")));
}

TEST(ResizeShorterSide, EqualsTorchvision) {
  expect_equal(resize_shorter_side(read_ppm("photo_420.ppm"), 32),
               read_ppm("resize_shorter_32.ppm"));
}

TEST(ResizeShorterSide, RoundsTheLongerSideDown) {
  // 10 * 5 / 3 = 16.67 across and down.
  const Image wide = resize_shorter_side({5, 3, std::vector<uint8_t>(45)}, 10);
  EXPECT_EQ(wide.width, 16);
  EXPECT_EQ(wide.height, 10);
  const Image tall = resize_shorter_side({3, 5, std::vector<uint8_t>(45)}, 10);
  EXPECT_EQ(tall.width, 10);
  EXPECT_EQ(tall.height, 16);
}

TEST(ResizeShorterSide, RefusesAStripThatWouldBecomeAbsurdlyLong) {
  EXPECT_THROW(resize_shorter_side(row_of(1000000), 256), IoError);
}

TEST(CenterCrop, EqualsTorchvision) {
  const Image photo = read_ppm("photo_420.ppm");
  expect_equal(center_crop(photo, 28), read_ppm("crop_28.ppm"));
  expect_equal(center_crop(photo, 64), read_ppm("crop_64.ppm"));
}

TEST(CenterCrop, RoundsAHalfOffsetToTheEvenNumber) {
  EXPECT_EQ(red_after_crop(5, 4), (std::vector<int>{1, 2, 3, 4}));  // 0.5 -> 0
  EXPECT_EQ(red_after_crop(7, 4), (std::vector<int>{3, 4, 5, 6}));  // 1.5 -> 2
  EXPECT_EQ(red_after_crop(9, 4), (std::vector<int>{3, 4, 5, 6}));  // 2.5 -> 2
}

TEST(CenterCrop, PadsTheOddPixelAtTheEnd) {
  EXPECT_EQ(red_after_crop(2, 5), (std::vector<int>{0, 1, 2, 0, 0}));
}

/// Bytes of a linear congruential generator, row by row.
Image noise(int width, int height) {
  Image image{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
  uint32_t state = 12345;
  for (auto& byte : image.rgb) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return image;
}

// Printed by data/make_fixtures.py with Pillow 12.0; widths and heights with odd remainders, equal
// sides, enlargement and a strip are among them.
TEST(ImageNetCrop, EqualsPillowAtTheSizesOfImageNet) {
  struct Case {
    int width, height;
    uint32_t crc;
  };
  for (const auto& [width, height, crc] : {Case{500, 375, 0x099a91c3U},
                                           {375, 500, 0x4f3714fdU},
                                           {333, 500, 0xcc4aeefcU},
                                           {256, 256, 0x2632e84aU},
                                           {257, 256, 0xda8c6f48U},
                                           {299, 301, 0x148f3899U},
                                           {160, 213, 0xf84e19f4U},
                                           {1201, 224, 0x78b3104fU}}) {
    SCOPED_TRACE(::testing::Message() << width << "x" << height);
    const Image crop = center_crop(resize_shorter_side(noise(width, height), 256), 224);
    ASSERT_EQ(crop.width, 224);
    ASSERT_EQ(crop.height, 224);
    EXPECT_EQ(crc32(0, crop.rgb.data(), static_cast<uInt>(crop.rgb.size())), crc);
  }
}

struct Resized {
  Interpolation interpolation;
  int width, height, new_width, new_height;
  uint32_t crc;
};

// Printed by data/make_formats.py with Pillow 12.3: shrinking, enlarging, one side kept, few pixels.
TEST(ResizeImage, EqualsPillowWithEveryInterpolation) {
  const std::vector<Resized> cases = {
      {Interpolation::kNearest, 500, 375, 224, 224, 0xdd1de8ddU},
      {Interpolation::kNearest, 64, 48, 384, 384, 0xbaebd200U},
      {Interpolation::kNearest, 37, 100, 37, 33, 0xeb25d4d3U},
      {Interpolation::kNearest, 333, 500, 248, 372, 0xbd64f2a2U},
      {Interpolation::kNearest, 5, 5, 3, 2, 0xd0546a24U},
      {Interpolation::kNearest, 3, 1, 7, 1, 0x5b816e87U},
      {Interpolation::kBilinear, 500, 375, 224, 224, 0x2d29c4ffU},
      {Interpolation::kBilinear, 64, 48, 384, 384, 0xc759a000U},
      {Interpolation::kBilinear, 37, 100, 37, 33, 0x63246cdfU},
      {Interpolation::kBilinear, 333, 500, 248, 372, 0x518f84f6U},
      {Interpolation::kBilinear, 5, 5, 3, 2, 0x5645bf17U},
      {Interpolation::kBilinear, 3, 1, 7, 1, 0xf7edb94dU},
      {Interpolation::kBicubic, 500, 375, 224, 224, 0x48341082U},
      {Interpolation::kBicubic, 64, 48, 384, 384, 0xd664e90dU},
      {Interpolation::kBicubic, 37, 100, 37, 33, 0x2c6104deU},
      {Interpolation::kBicubic, 333, 500, 248, 372, 0xb7cbdb2fU},
      {Interpolation::kBicubic, 5, 5, 3, 2, 0x0844e69fU},
      {Interpolation::kBicubic, 3, 1, 7, 1, 0x90e56294U},
      {Interpolation::kLanczos, 500, 375, 224, 224, 0x2d1bde39U},
      {Interpolation::kLanczos, 64, 48, 384, 384, 0x4944fafeU},
      {Interpolation::kLanczos, 37, 100, 37, 33, 0x9d227c95U},
      {Interpolation::kLanczos, 333, 500, 248, 372, 0xdbdbe3f8U},
      {Interpolation::kLanczos, 5, 5, 3, 2, 0xd90b7005U},
      {Interpolation::kLanczos, 3, 1, 7, 1, 0xfea43d63U}};
  for (const auto& each : cases) {
    SCOPED_TRACE(::testing::Message()
                 << interpolation_names()[static_cast<size_t>(each.interpolation)] << " "
                 << each.width << "x" << each.height << " to " << each.new_width << "x"
                 << each.new_height);
    const Image image = resize_image(noise(each.width, each.height), each.new_width,
                                     each.new_height, {each.interpolation});
    EXPECT_EQ(crc32(0, image.rgb.data(), static_cast<uInt>(image.rgb.size())), each.crc);
  }
}

/// LibTorch's interpolation of float pixels, rounded as torchvision does for tensors of bytes.
at::Tensor interpolated(const Image& image, int height, int width, Interpolation kind) {
  const auto pixels = at::from_blob(const_cast<uint8_t*>(image.rgb.data()),
                                    {1, image.height, image.width, 3}, at::kByte)
                          .permute({0, 3, 1, 2})
                          .to(at::kFloat);
  const auto result = kind == Interpolation::kBicubic
                          ? at::upsample_bicubic2d(pixels, {height, width}, false)
                          : at::upsample_bilinear2d(pixels, {height, width}, false);
  return result.round().clamp(0, 255).permute({0, 2, 3, 1}).contiguous();
}

TEST(ResizeImage, WithoutAntialiasingEqualsLibTorchWithinALevel) {
  for (const auto kind : {Interpolation::kBilinear, Interpolation::kBicubic}) {
    for (const auto& [width, height] : {std::pair{20, 90}, std::pair{90, 20}, std::pair{150, 33}}) {
      const Image photo = noise(75, 57);
      const Image image = resize_image(photo, width, height, {kind, /*antialias=*/false});
      const auto expected = interpolated(photo, height, width, kind);
      const auto own = at::from_blob(const_cast<uint8_t*>(image.rgb.data()),
                                     {1, height, width, 3}, at::kByte)
                           .to(at::kFloat);
      // Single and double precision may round a tie to different levels.
      EXPECT_LE((own - expected).abs().max().item<float>(), 1)
          << interpolation_names()[static_cast<size_t>(kind)] << " " << width << "x" << height;
    }
  }
}

}  // namespace
}  // namespace ptqbench
