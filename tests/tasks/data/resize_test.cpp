#include "tasks/data/resize.h"

#include <gtest/gtest.h>
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

TEST(ResizeBilinear, EqualsPillowWhenShrinkingAndEnlarging) {
  const Image photo = read_ppm("photo_420.ppm");
  expect_equal(resize_bilinear(photo, 20, 90), read_ppm("resize_20x90.ppm"));
  expect_equal(resize_bilinear(photo, 90, 20), read_ppm("resize_90x20.ppm"));
  expect_equal(resize_bilinear(photo, 3, 2), read_ppm("resize_3x2.ppm"));
}

TEST(ResizeBilinear, ToTheSameSizeChangesNothing) {
  const Image photo = read_ppm("photo_420.ppm");
  expect_equal(resize_bilinear(photo, photo.width, photo.height), photo);
}

TEST(ResizeBilinear, HalvesByTheTriangleFilter) {
  // Weights of 4 -> 2 pixels: distances from the centre 1 are 0.5, 0.5 and 1.5 of a half width of
  // 2, so 3:3:1 / 7.
  const Image half = resize_bilinear({4, 1, {70, 0, 0, 0, 70, 0, 0, 0, 70, 0, 0, 7}}, 2, 1);
  EXPECT_EQ(half.rgb, (std::vector<uint8_t>{30, 30, 10, 0, 10, 33}));
}

TEST(ResizeBilinear, RefusesSizesThatAreEmptyOrAbsurd) {
  EXPECT_THROW(resize_bilinear(row_of(4), 0, 3), IoError);
  EXPECT_THROW(resize_bilinear(row_of(4), 1 << 20, 1 << 20), IoError);
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

}  // namespace
}  // namespace ptqbench
