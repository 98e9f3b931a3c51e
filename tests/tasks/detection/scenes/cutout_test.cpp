#include "tasks/detection/scenes/cutout.h"

#include <gtest/gtest.h>

namespace ptqbench {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(Cutout, LeavesOutTheDarkThatConnectsWithTheEdge) {
  // A frame with a dark middle and a gap at its lower right, where it is open.
  const Bytes closed = {0, 0,   0,   0,   0, 0,  //
                        0, 255, 255, 255, 0, 0,  //
                        0, 255, 0,   255, 0, 0,  //
                        0, 255, 255, 255, 0, 0,  //
                        0, 0,   0,   7,   0, 0,  //
                        0, 0,   0,   0,   0, 0};
  const auto cutout = cut_out(closed.data(), 6);
  EXPECT_EQ(cutout.width, 3);
  EXPECT_EQ(cutout.height, 3);
  EXPECT_EQ(cutout.opacity, Bytes(9, 255));
  EXPECT_EQ(cutout.shade, (Bytes{255, 255, 255, 255, 48, 255, 255, 255, 255}));

  Bytes open = closed;
  open[3 * 6 + 2] = 0;
  const auto gap = cut_out(open.data(), 6);
  EXPECT_EQ(gap.opacity, (Bytes{255, 255, 255, 255, 0, 255, 255, 0, 255}));
  EXPECT_EQ(gap.shade, (Bytes{255, 255, 255, 255, 0, 255, 255, 0, 255}));
}

TEST(Cutout, AnItemMayReachTheEdge) {
  const Bytes pixels = {90, 0, 0, 8};
  const auto cutout = cut_out(pixels.data(), 2);
  EXPECT_EQ(cutout.width, 2);
  EXPECT_EQ(cutout.height, 2);
  EXPECT_EQ(cutout.opacity, (Bytes{255, 0, 0, 255}));
}

TEST(Cutout, ADarkPictureHasNone) {
  const Bytes pixels(16, 7);
  EXPECT_EQ(cut_out(pixels.data(), 4).width, 0);
}

TEST(Cutout, IsMirroredRowByRow) {
  const Cutout cutout = {3, 2, {1, 2, 3, 4, 5, 6}, {10, 20, 30, 40, 50, 60}};
  const auto result = mirrored(cutout);
  EXPECT_EQ(result.shade, (Bytes{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(result.opacity, (Bytes{30, 20, 10, 60, 50, 40}));
}

TEST(Cutout, KeepsItsValuesWhenResizedIfTheyAreEqual) {
  const Cutout cutout = {2, 2, Bytes(4, 100), Bytes(4, 255)};
  const auto large = resized(cutout, 5, 3);
  EXPECT_EQ(large.width, 5);
  EXPECT_EQ(large.height, 3);
  EXPECT_EQ(large.shade, Bytes(15, 100));
  EXPECT_EQ(large.opacity, Bytes(15, 255));
  const Cutout half = {2, 1, {0, 200}, {0, 255}};
  const auto one = resized(half, 1, 1);
  EXPECT_EQ(one.shade, Bytes{100});
  EXPECT_TRUE(one.covers(0, 0));
}

}  // namespace
}  // namespace ptqbench
