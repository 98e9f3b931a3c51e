#include "tasks/text/text_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

TEST(TextLines, EndsAndMarkAreLeftOut) {
  EXPECT_THAT(text_lines("a\r\n\nb \rc\n"), ElementsAre("a", "", "b \rc"));
  EXPECT_THAT(text_lines("\xef\xbb\xbfQuality\tx"), ElementsAre("Quality\tx"));
  EXPECT_THAT(text_lines(""), ElementsAre());
  EXPECT_THAT(text_lines("\n"), ElementsAre(""));
  EXPECT_THAT(text_lines("a\tb\rc\r"), ElementsAre("a\tb", "c"));
}

}  // namespace
}  // namespace ptqbench
