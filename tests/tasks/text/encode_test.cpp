#include "tasks/text/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/error.h"
#include "tasks/text/padded_batch.h"
#include "tests/helpers/expect_close.h"
#include "tests/tasks/text/letters.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int64_t> ids(const Encoding& encoding) {
  std::vector<int64_t> found;
  for (const auto& token : encoding.tokens) found.push_back(token.id);
  return found;
}

TEST(Encode, ASingleTextHasOneSeparator) {
  const auto encoding = encode(letter_tokenizer(), "a b", "", 128);
  EXPECT_THAT(ids(encoding), ElementsAre(2, 4, 5, 3));
  EXPECT_THAT(encoding.types, ElementsAre(0, 0, 0, 0));
}

TEST(Encode, ThePairHasTypesAndEachTextItsOwnBytes) {
  const auto encoding = encode(letter_tokenizer(), "a b", " c", 128);
  EXPECT_THAT(ids(encoding), ElementsAre(2, 4, 5, 3, 6, 3));
  EXPECT_THAT(encoding.types, ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_EQ(encoding.tokens[2].begin, 2);
  EXPECT_EQ(encoding.tokens[4].begin, 1);
  EXPECT_EQ(encoding.tokens[4].end, 2);
}

TEST(Encode, TheLongerTextLosesItsEndFirst) {
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b c d e", "a b", 8)),
              ElementsAre(2, 4, 5, 6, 3, 4, 5, 3));
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b", "a b c d e", 8)),
              ElementsAre(2, 4, 5, 3, 4, 5, 6, 3));
  // At one length the second text gives way.
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b c", "a b c", 8)),
              ElementsAre(2, 4, 5, 6, 3, 4, 5, 3));
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b c", "", 4)), ElementsAre(2, 4, 5, 3));
}

TEST(Encode, ASecondTextWithoutTokensIsNone) {
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a", "\x07", 128)), ElementsAre(2, 4, 3));
}

TEST(Encode, ALengthWithoutRoomIsRefused) {
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b", "c d", 5)), ElementsAre(2, 4, 3, 6, 3));
  EXPECT_THAT(ids(encode(letter_tokenizer(), "a b", "", 3)), ElementsAre(2, 4, 3));
  EXPECT_THROW(encode(letter_tokenizer(), "a", "", 2), ConfigError);
  try {
    encode(letter_tokenizer(), "a", "b", 4);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("maximum length of 4 tokens is too short"));
  }
}

TEST(PaddedBatch, ShorterTextsAreFilledUpAndMasked) {
  const auto tokenizer = letter_tokenizer();
  const auto batch = padded_batch(
      tokenizer.vocabulary(), {encode(tokenizer, "a", "", 128), encode(tokenizer, "b", "c", 128)});
  ASSERT_EQ(batch.size(), 3u);
  const auto expected = [](std::initializer_list<int64_t> values) {
    return at::tensor(std::vector<int64_t>(values), at::kLong).view({2, 5});
  };
  EXPECT_TRUE(testing::identical(batch[0], expected({2, 4, 3, 0, 0, 2, 5, 3, 6, 3})));
  EXPECT_TRUE(testing::identical(batch[1], expected({0, 0, 0, 0, 0, 0, 0, 0, 1, 1})));
  EXPECT_TRUE(testing::identical(batch[2], expected({1, 1, 1, 0, 0, 1, 1, 1, 1, 1})));
}

TEST(PaddedBatch, ThePaddingTokenIsTheVocabularys) {
  const WordPieceTokenizer tokenizer(Vocabulary({"a", "[SEP]", "[CLS]", "[UNK]", "[PAD]"}),
                                     Casing::kLower);
  const auto batch = padded_batch(tokenizer.vocabulary(),
                                  {encode(tokenizer, "a", "", 9), encode(tokenizer, "", "", 9)});
  EXPECT_EQ(batch[0].select(0, 1).select(0, 2).item<int64_t>(), 4);
}

}  // namespace
}  // namespace ptqbench
