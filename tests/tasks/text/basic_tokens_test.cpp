#include "tasks/text/basic_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> words(const std::string& text, Casing casing = Casing::kLower) {
  std::vector<std::string> found;
  for (const auto& word : basic_tokens(text, casing)) found.push_back(to_utf8(word));
  return found;
}

/// The words as they stand in the text.
std::vector<std::string> originals(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& word : basic_tokens(text, Casing::kLower)) {
    found.push_back(text.substr(static_cast<size_t>(word.front().begin),
                                static_cast<size_t>(word.back().end - word.front().begin)));
  }
  return found;
}

TEST(BasicTokens, PunctuationAndChineseCharactersStandAlone) {
  EXPECT_THAT(words("It's\u4e2d\u56fd, ok..."),
              ElementsAre("it", "'", "s", "\u4e2d", "\u56fd", ",", "ok", ".", ".", "."));
  EXPECT_THAT(words("It's OK", Casing::kKeep), ElementsAre("It", "'", "s", "OK"));
}

TEST(BasicTokens, WhatIsLeftOutJoinsItsNeighbours) {
  EXPECT_THAT(words("con\x07trol\ufffdled \xff\xe4\xb8z\u200by"), ElementsAre("controlled", "zy"));
  EXPECT_THAT(words("a\u2028b\u00a0c\vd"), ElementsAre("a", "b", "cd"));
  EXPECT_THAT(words(" \t\u0301\n"), ElementsAre());
}

TEST(BasicTokens, DecompositionMayMakePunctuation) {
  // The Greek question mark is canonically a semicolon, the varia a grave accent.
  EXPECT_THAT(words("a\u037eb\u1fefc"), ElementsAre("a", ";", "b", "`", "c"));
  EXPECT_THAT(words("a\u037eb", Casing::kKeep), ElementsAre("a", "\u037e", "b"));
}

TEST(BasicTokens, BytesAreThoseOfTheOriginal) {
  EXPECT_THAT(originals("  H\u00c9llo e\u0301t, con\x07trol \u0130\u4e2d!"),
              ElementsAre("H\u00c9llo", "e\u0301t", ",", "con\x07trol", "\u0130", "\u4e2d", "!"));
}

}  // namespace
}  // namespace ptqbench
