#include "tasks/text/vocabulary_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/error.h"
#include "tasks/text/vocabulary.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// What follows the special tokens.
std::vector<std::string> pieces(const std::vector<std::string>& texts, int64_t size) {
  const auto tokens = build_vocabulary(texts, size, Casing::kLower);
  return {tokens.begin() + 5, tokens.end()};
}

TEST(BuildVocabulary, BeginsWithSpecialTokensAndCharacters) {
  EXPECT_THAT(build_vocabulary({"Ab, c"}, 100, Casing::kLower),
              ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", "a", "b", "c", "##a",
                          "##b", "##c"));
  EXPECT_THAT(build_vocabulary({"Ab"}, 100, Casing::kKeep),
              ElementsAre("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "A", "b", "##A", "##b"));
}

// By hand: "low" 4 times, "lower" 2, "sow" once. Neighbours: l ##o 6, ##o ##w 7, ##w ##e 2,
// ##e ##r 2, s ##o 1. So ##ow (7); then l ##ow (6); then of low ##e and ##e ##r, 2 each, the one
// whose left piece comes first in ASCII; then the rest of "lower". "s ##ow" occurs once.
TEST(BuildVocabulary, MergesTheMostFrequentNeighboursFirst) {
  const std::vector<std::string> texts = {"low low lower", "sow low", "Low LOWER"};
  const auto all = pieces(texts, 1000);
  const std::vector<std::string> merged(all.begin() + 12, all.end());
  EXPECT_THAT(merged, ElementsAre("##ow", "low", "##er", "lower"));
}

TEST(BuildVocabulary, StopsAtItsSize) {
  const std::vector<std::string> texts = {"low low lower", "sow low", "Low LOWER"};
  EXPECT_EQ(build_vocabulary(texts, 19, Casing::kLower).size(), 19U);
  EXPECT_EQ(build_vocabulary(texts, 17, Casing::kLower).size(), 17U);
  EXPECT_THAT([&] { build_vocabulary(texts, 16, Casing::kLower); },
              ThrowsMessage<ConfigError>(HasSubstr("at least 17")));
}

// Of "aaaa" the pairs overlap: a ##a, ##a ##a, ##a ##a. Merging ##a ##a takes the first of them.
TEST(BuildVocabulary, MergesOverlappingPairsFromTheLeft) {
  EXPECT_THAT(pieces({"aaaa aaaa"}, 100), ElementsAre("a", "##a", "##aa", "##aaa", "aaaa"));
}

TEST(BuildVocabulary, DifferentMergesToOnePieceCountOnce) {
  const auto all = pieces({"abc abc abc xabc xabc bcd bcd"}, 1000);
  std::vector<std::string> sorted = all;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());
  EXPECT_NE(std::find(all.begin(), all.end(), "xabc"), all.end());
}

TEST(WriteVocabulary, IsReadBack) {
  testing::TemporaryFolder folder;
  const auto tokens = build_vocabulary({"some words, caf\u00e9"}, 100, Casing::kKeep);
  write_vocabulary(folder / "vocab.txt", tokens);
  EXPECT_EQ(read_vocabulary(folder / "vocab.txt").tokens(), tokens);
}

}  // namespace
}  // namespace ptqbench
