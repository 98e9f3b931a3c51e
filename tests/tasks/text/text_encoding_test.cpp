#include "tasks/text/text_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/data_error.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string read(const std::string& bytes) {
  return utf8_text({bytes.begin(), bytes.end()}, "a.tsv");
}

TEST(TextEncoding, Utf8StaysAsItIs) {
  EXPECT_EQ(read("caf\u00e9\n"), "caf\u00e9\n");
  EXPECT_EQ(read("caf\xe9"), "caf\xe9");
  EXPECT_EQ(read(""), "");
}

TEST(TextEncoding, Utf16WithAMarkIsConverted) {
  EXPECT_EQ(read(std::string("\xff\xfe"
                             "a\0\xe9\0\x3d\xd8\x00\xde",
                             10)),
            "a\u00e9\U0001f600");
  EXPECT_EQ(read(std::string("\xfe\xff\0a\0\xe9\xd8\x3d\xde\x00", 10)), "a\u00e9\U0001f600");
}

TEST(TextEncoding, WhatIsNoTextIsNamed) {
  EXPECT_THAT([] { read(std::string("a\0b\0", 4)); },
              ThrowsMessage<DataError>(HasSubstr("a.tsv: byte 1 is NUL")));
  EXPECT_THAT([] { read(std::string("\xff\xfe\x3d\xd8", 4)); },
              ThrowsMessage<DataError>(HasSubstr("a.tsv: half of a character")));
}

}  // namespace
}  // namespace ptqbench
