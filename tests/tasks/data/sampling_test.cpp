#include "tasks/data/sampling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "support/error.h"

namespace ptqbench {
namespace {

using Indices = std::vector<int64_t>;

TEST(DrawSamples, FollowsItsDefinition) {
  // Computed from the definition in sampling.h with Python's integers.
  EXPECT_EQ(draw_samples(10, 10, 0), (Indices{5, 7, 8, 2, 9, 0, 3, 1, 6, 4}));
  EXPECT_EQ(draw_samples(10, 10, 1), (Indices{2, 8, 4, 9, 7, 0, 6, 5, 3, 1}));
  EXPECT_EQ(draw_samples(60000, 8, 1005),
            (Indices{42133, 26460, 48279, 57359, 28132, 37301, 48584, 17710}));
  EXPECT_EQ(draw_samples(60000, 4, std::numeric_limits<uint64_t>::max()),
            (Indices{31015, 39853, 40051, 24426}));
}

TEST(DrawSamples, DrawsEveryIndexOnce) {
  Indices drawn = draw_samples(1000, 1000, 3);
  std::sort(drawn.begin(), drawn.end());
  Indices all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(drawn, all);
}

TEST(DrawSamples, GivesTheBeginningOfALargerDraw) {
  const Indices large = draw_samples(5000, 1024, 7);
  EXPECT_EQ(draw_samples(5000, 100, 7), Indices(large.begin(), large.begin() + 100));
}

TEST(DrawSamples, IsUniform) {
  // 2000 seeds draw 5 of 20, so 500 times each index is expected; the standard deviation is
  // sqrt(2000 * 0.25 * 0.75) = 19.4, and 5 of them are 97.
  std::vector<int> times(20);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    for (const int64_t index : draw_samples(20, 5, seed)) ++times[index];
  }
  for (const int count : times) EXPECT_NEAR(count, 500, 97);
}

TEST(DrawSamples, AcceptsNoneAndRefusesTooMany) {
  EXPECT_TRUE(draw_samples(0, 0, 1).empty());
  EXPECT_THROW(draw_samples(10, 11, 1), ConfigError);
  EXPECT_THROW(draw_samples(10, -1, 1), ConfigError);
}

}  // namespace
}  // namespace ptqbench
