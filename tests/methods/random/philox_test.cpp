#include "methods/random/philox.h"

#include <gtest/gtest.h>

namespace ptqbench {
namespace {

using Block = std::array<uint32_t, 4>;

// Known answers published with the Random123 library (philox4x32, 10 rounds).
TEST(Philox, MatchesTheKnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(StreamKey, DiffersBySeedNameAndPurpose) {
  const auto key = stream_key(1, "layer1.0", RandomPurpose::kDrop);
  EXPECT_EQ(key, stream_key(1, "layer1.0", RandomPurpose::kDrop));
  EXPECT_NE(key, stream_key(2, "layer1.0", RandomPurpose::kDrop));
  EXPECT_NE(key, stream_key(1, "layer1.1", RandomPurpose::kDrop));
  EXPECT_NE(key, stream_key(1, "layer1.0", RandomPurpose::kBatch));
}

TEST(Below, CoversTheWholeRange) {
  EXPECT_EQ(below(0, 1024), 0);
  EXPECT_EQ(below(0xffffffff, 1024), 1023);
}

}  // namespace
}  // namespace ptqbench
