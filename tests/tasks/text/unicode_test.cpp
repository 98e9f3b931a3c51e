#include "tasks/text/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ptqbench {
namespace {

std::string lowered(const std::string& text) { return to_utf8(lower_case(code_points(text))); }

std::string stripped(const std::string& text) { return to_utf8(strip_accents(code_points(text))); }

TEST(Unicode, CodePointsKnowTheirBytes) {
  const auto all = code_points("a\u00e9\u4e2d\U0001f600");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[2].value, U'\u4e2d');
  EXPECT_EQ(all[2].begin, 3);
  EXPECT_EQ(all[2].end, 6);
  EXPECT_EQ(all[3].value, U'\U0001f600');
  EXPECT_EQ(all[3].end, 10);
  EXPECT_EQ(to_utf8(all), "a\u00e9\u4e2d\U0001f600");
}

TEST(Unicode, EachWrongBeginningOfASequenceIsOneReplacement) {
  // A cut sequence of three bytes, a lone continuation, an overlong form, a surrogate, a cut end.
  EXPECT_EQ(to_utf8(code_points("a\xe4\xb8z")), "a\ufffdz");
  EXPECT_EQ(to_utf8(code_points("\x80z")), "\ufffdz");
  EXPECT_EQ(to_utf8(code_points("\xc0\xafz")), "\ufffd\ufffdz");
  EXPECT_EQ(to_utf8(code_points("\xed\xa0\x80z")), "\ufffd\ufffd\ufffdz");
  EXPECT_EQ(to_utf8(code_points("z\xf0\x9f\x98")), "z\ufffd");
}

TEST(Unicode, LowerCaseIsFull) {
  EXPECT_EQ(lowered("\u00c9COLE \u0416"), "\u00e9cole \u0436");
  EXPECT_EQ(lowered("\u0130"), "i\u0307");
  EXPECT_EQ(lowered("\u039f\u03a3 \u03a3\u039f"), "\u03bf\u03c2 \u03c3\u03bf");
  EXPECT_EQ(lowered("\u03a3"), "\u03c3");
  // The mark and the apostrophe are passed over, before and behind.
  EXPECT_EQ(lowered("\u0391\u0301\u03a3'\u0391"), "\u03b1\u0301\u03c3'\u03b1");
  EXPECT_EQ(lowered("\u0391'\u03a3."), "\u03b1'\u03c2.");
}

TEST(Unicode, AccentsAreStrippedAfterDecomposition) {
  EXPECT_EQ(stripped("\u00e9\u1ed7\u01d6"), "eou");
  EXPECT_EQ(stripped("e\u0301"), "e");
  EXPECT_EQ(stripped("\u00f8\u0142\u00df"), "\u00f8\u0142\u00df");
  // Hangul syllables fall apart into their letters.
  EXPECT_EQ(stripped("\ud55c"), "\u1112\u1161\u11ab");
  // The marks of classes 224 and 216 change places; neither is nonspacing.
  EXPECT_EQ(stripped("a\u302e\U0001d165"), "a\U0001d165\u302e");
}

TEST(Unicode, AStrippedMarkLeavesItsBytesToItsLetter) {
  const auto all = strip_accents(code_points("e\u0301x"));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].end, 3);
  EXPECT_EQ(all[1].begin, 3);
}

TEST(Unicode, ClassesAreThoseOfPython) {
  for (const char32_t space :
       {U' ', U'\t', U'\v', U'\x1c', U'\x85', U'\u00a0', U'\u2028', U'\u3000'})
    EXPECT_TRUE(is_space(space)) << static_cast<uint32_t>(space);
  for (const char32_t other : {U'\u200b', U'\x7f', U'a'}) EXPECT_FALSE(is_space(other));
  for (const char32_t mark : {U'$', U'_', U'~', U'\u00bf', U'\u2014', U'\u3001'})
    EXPECT_TRUE(is_punctuation(mark)) << static_cast<uint32_t>(mark);
  for (const char32_t other : {U' ', U'\x7f', U'a', U'0', U'\u00a3', U'\u00a9'})
    EXPECT_FALSE(is_punctuation(other)) << static_cast<uint32_t>(other);
  EXPECT_TRUE(is_control(U'\u200d'));
  EXPECT_FALSE(is_control(U'\ue000'));
  EXPECT_TRUE(is_private_use(U'\ue000'));
  EXPECT_FALSE(is_private_use(U'\u200d'));
  EXPECT_TRUE(is_word_character(U'\u00bd'));
  EXPECT_FALSE(is_word_character(U'\u0301'));
}

}  // namespace
}  // namespace ptqbench
