#include "tasks/text/wordpiece.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/helpers/files.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<std::string> names(const WordPieceTokenizer& tokenizer, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& token : tokenizer.tokenize(text))
    found.push_back(tokenizer.vocabulary().token(token.id));
  return found;
}

/// The bytes of each token.
std::vector<std::pair<int64_t, int64_t>> ranges(const WordPieceTokenizer& tokenizer,
                                                const std::string& text) {
  std::vector<std::pair<int64_t, int64_t>> found;
  for (const auto& token : tokenizer.tokenize(text)) found.emplace_back(token.begin, token.end);
  return found;
}

WordPieceTokenizer tokenizer_of(std::vector<std::string> pieces, Casing casing = Casing::kLower) {
  pieces.insert(pieces.begin(), {"[PAD]", "[UNK]", "[CLS]", "[SEP]"});
  return {Vocabulary(std::move(pieces)), casing};
}

TEST(WordPiece, TokensAndIdsAreThoseOfTheReference) {
  const auto vocabulary = read_vocabulary(testing::golden_file("wordpiece_vocab.txt"));
  const WordPieceTokenizer lower(vocabulary, Casing::kLower, WordPieceRules::google());
  const WordPieceTokenizer cased(vocabulary, Casing::kKeep, WordPieceRules::google());
  const auto golden =
      nlohmann::json::parse(testing::read_bytes(testing::golden_file("wordpiece.json")));
  ASSERT_EQ(golden.at("cases").size(), 25u);
  for (const auto& one : golden.at("cases")) {
    const auto text = one.at("text").get<std::string>();
    EXPECT_EQ(names(lower, text), one.at("tokens").get<std::vector<std::string>>()) << text;
    EXPECT_EQ(names(cased, text), one.at("tokens_cased").get<std::vector<std::string>>()) << text;
    std::vector<int64_t> ids;
    for (const auto& token : lower.tokenize(text)) ids.push_back(token.id);
    EXPECT_EQ(ids, one.at("ids").get<std::vector<int64_t>>()) << text;
  }
}

TEST(WordPiece, TheLongestPieceWins) {
  const auto tokenizer = tokenizer_of({"a", "ab", "##c", "##cd", "##b"});
  EXPECT_THAT(names(tokenizer, "abcd abcb acc"),
              ElementsAre("ab", "##cd", "ab", "##c", "##b", "a", "##c", "##c"));
  // Greedy: "ab" leaves nothing for "d", though "a", "##b" would not help either.
  EXPECT_THAT(names(tokenizer, "a abd a"), ElementsAre("a", "[UNK]", "a"));
}

// Values by the program in data/make_hugging_face.py.
TEST(WordPiece, TokensAndIdsAreThoseOfHuggingFace) {
  const std::string folder = PTQBENCH_SOURCE_DIR "/tests/tasks/text/data/";
  const auto recorded = nlohmann::json::parse(testing::read_bytes(folder + "hugging_face.json"));
  const Vocabulary vocabulary(recorded.at("vocabulary").get<std::vector<std::string>>());
  const WordPieceTokenizer lower(vocabulary, Casing::kLower);
  const WordPieceTokenizer cased(vocabulary, Casing::kKeep);
  ASSERT_EQ(recorded.at("cases").size(), 26u);
  for (const auto& one : recorded.at("cases")) {
    const auto text = one.at("text").get<std::string>();
    EXPECT_EQ(names(lower, text), one.at("tokens").get<std::vector<std::string>>()) << text;
    EXPECT_EQ(names(cased, text), one.at("tokens_cased").get<std::vector<std::string>>()) << text;
  }
}

TEST(WordPiece, RunsOfEmojiAreOneUnknownWord) {
  const auto tokenizer = tokenizer_of({"a"});
  EXPECT_THAT(names(tokenizer, "\U0001f4a9\U0001f4a9"), ElementsAre("[UNK]"));
  EXPECT_THAT(ranges(tokenizer, "\U0001f4a9\U0001f4a9"), ElementsAre(Pair(0, 8)));
}

TEST(WordPiece, GooglesRulesTakeLongerWordsAndPrivateUse) {
  const WordPieceTokenizer google(Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a"}),
                                  Casing::kLower, WordPieceRules::google());
  EXPECT_EQ(google.tokenize(std::string(101, 'a')).size(), 101u);
  EXPECT_EQ(google.tokenize(std::string(201, 'a')).size(), 1u);
  EXPECT_THAT(names(google, "\uf059 a"), ElementsAre("[UNK]", "a"));
}

TEST(WordPiece, WordsOfMoreThan100CharactersAreUnknown) {
  const auto tokenizer = tokenizer_of({"\u00fc", "##\u00fc"}, Casing::kKeep);
  std::string word;
  for (int i = 0; i < 100; ++i) word += "\u00fc";
  EXPECT_EQ(tokenizer.tokenize(word).size(), 100u);
  EXPECT_THAT(names(tokenizer, word + "\u00fc"), ElementsAre("[UNK]"));
  EXPECT_THAT(ranges(tokenizer, word + "\u00fc"), ElementsAre(Pair(0, 202)));
}

TEST(WordPiece, RangesAreBytesOfTheOriginalText) {
  const auto tokenizer = tokenizer_of({"caf", "##e", "cool", "i", "##\u0307", "##s", "!"});
  EXPECT_THAT(ranges(tokenizer, " CAF\u00c9! co\u00f6l"),
              ElementsAre(Pair(1, 4), Pair(4, 6), Pair(6, 7), Pair(8, 13)));
  // A combining mark belongs to its letter, a character left out to the piece around it.
  EXPECT_THAT(ranges(tokenizer, "cafe\u0301 c\x07ool \u0130s"),
              ElementsAre(Pair(0, 3), Pair(3, 6), Pair(7, 12), Pair(13, 15), Pair(15, 16)));
}

TEST(WordPiece, PiecesOfADecomposedCharacterShareItsBytes) {
  const auto tokenizer = tokenizer_of({"\u1112", "##\u1161\u11ab"});
  EXPECT_THAT(ranges(tokenizer, "\ud55c"), ElementsAre(Pair(0, 3), Pair(0, 3)));
}

TEST(WordPiece, BytesThatAreNoUtf8AreLeftOut) {
  const auto tokenizer = tokenizer_of({"ab"});
  EXPECT_THAT(names(tokenizer,
                    "a\xff\xe4\xb8"
                    "b"),
              ElementsAre("ab"));
  EXPECT_THAT(ranges(tokenizer,
                     "a\xff\xe4\xb8"
                     "b"),
              ElementsAre(Pair(0, 5)));
  EXPECT_THAT(names(tokenizer, "\xff"), ElementsAre());
}

}  // namespace
}  // namespace ptqbench
