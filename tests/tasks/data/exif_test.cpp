#include "tasks/data/exif.h"

#include <gtest/gtest.h>

#include <string>

#include "tasks/data/picture_facts.h"
#include "tests/tasks/data/fixtures.h"

namespace ptqbench {
namespace {

const std::string kFolder = PTQBENCH_SOURCE_DIR "/tests/tasks/detection/data/turned_";

// The pixels are Pillow's, by the program in that folder.
TEST(Exif, APictureOfAnyOrientationIsTurnedAsByPillow) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto file = kFolder + std::to_string(orientation);
    const auto facts = picture_facts(file + ".jpg");
    EXPECT_EQ(facts.orientation, orientation);
    const Image expected = read_ppm(file + ".ppm");
    const Image shown = turned(decode_image(file + ".jpg"), orientation);
    EXPECT_EQ(shown.width, expected.width) << orientation;
    EXPECT_EQ(shown.height, expected.height) << orientation;
    EXPECT_EQ(shown.rgb, expected.rgb) << orientation;
    EXPECT_EQ(swaps_sides(orientation), expected.width == 40) << orientation;
  }
}

TEST(Exif, OrientationSixTakesItsPixelsFromTheLowerLeft) {
  const Image stored = decode_image(kFolder + "6.jpg");
  const Image shown = turned(stored, 6);
  ASSERT_EQ(shown.width, 40);
  ASSERT_EQ(shown.height, 100);
  for (const auto& [x, y] : {std::pair(0, 0), std::pair(39, 99), std::pair(7, 50)}) {
    for (int c = 0; c < 3; ++c) {
      EXPECT_EQ(shown.rgb[static_cast<size_t>((y * 40 + x) * 3 + c)],
                stored.rgb[static_cast<size_t>(((39 - x) * 100 + y) * 3 + c)]);
    }
  }
}

TEST(Exif, MalformedBlocksLeaveThePictureAsItStands) {
  const std::vector<uint8_t> little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3,
                                       0,   1,   0,  0, 0, 3, 0, 0, 0, 0, 0,    0, 0};
  EXPECT_EQ(exif_orientation(little), 3);
  for (size_t length = 0; length < 20; ++length)
    EXPECT_EQ(exif_orientation({little.begin(), little.begin() + static_cast<long>(length)}), 1);
  auto other = little;
  other[18] = 9;
  EXPECT_EQ(exif_orientation(other), 1);
  other[18] = 3;
  other[4] = 255;
  EXPECT_EQ(exif_orientation(other), 1);
}

}  // namespace
}  // namespace ptqbench
