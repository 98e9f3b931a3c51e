#include "support/printable.h"

#include <gtest/gtest.h>

namespace ptqbench {
namespace {

TEST(Printable, Utf8ComesBackAsItIs) {
  const std::string text = "oui\u00e9 \u4e2d \U0001f4a9\n\ttab";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, OtherBytesAreShownAsNumbers) {
  EXPECT_EQ(printable("oui\xe9'"), "oui\\xE9'");
  EXPECT_EQ(printable("\xff\xfe"), "\\xFF\\xFE");
  // A cut sequence, an overlong form, a surrogate, a number above the last character.
  EXPECT_EQ(printable("\xe4\xb8z"), "\\xE4\\xB8z");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xC0\\xAF");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xED\\xA0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xf0\x9f\x98"), "\\xF0\\x9F\\x98");
}

TEST(Printable, TheFirstByteThatIsNoUtf8IsFound) {
  EXPECT_EQ(first_invalid_byte("caf\xe9!"), 3u);
  EXPECT_EQ(first_invalid_byte("\u00e9\xff"), 2u);
  EXPECT_TRUE(is_utf8("\u00e9\U0001f4a9"));
  EXPECT_FALSE(is_utf8("\xe4\xb8"));
}

TEST(Printable, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(printable(std::string("a\0b\x1b[2J\x7f\r", 9)), "a\\x00b\\x1B[2J\\x7F\\x0D");
}

}  // namespace
}  // namespace ptqbench
