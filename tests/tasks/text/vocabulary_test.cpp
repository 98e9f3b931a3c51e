#include "tasks/text/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

Vocabulary read(const std::string& text) {
  const testing::TemporaryFolder folder;
  return read_vocabulary(folder.write("vocab.txt", text));
}

void expect_refused(const std::string& text, const std::string& message) {
  try {
    read(text);
    FAIL() << text;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("vocab.txt" + message));
  }
}

TEST(Vocabulary, ALineIsATokenAndItsNumberFromZero) {
  const auto vocabulary = read("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n##b\r\n\u00a0");
  EXPECT_EQ(vocabulary.size(), 7);
  EXPECT_EQ(vocabulary.find("##b"), 5);
  EXPECT_EQ(vocabulary.token(4), "a");
  EXPECT_EQ(vocabulary.find("b"), std::nullopt);
  EXPECT_EQ(vocabulary.padding(), 0);
  EXPECT_EQ(vocabulary.unknown(), 1);
  EXPECT_EQ(vocabulary.classification(), 2);
  EXPECT_EQ(vocabulary.separator(), 3);
}

TEST(Vocabulary, ACopyOutlivesTheOriginal) {
  auto original = std::make_unique<Vocabulary>(read("[SEP]\n[CLS]\n[UNK]\n[PAD]\nx\n"));
  const Vocabulary copy = *original;
  original.reset();
  EXPECT_EQ(copy.find("x"), 4);
  EXPECT_EQ(copy.padding(), 3);
}

TEST(Vocabulary, WhatIsWrongIsNamedWithItsLine) {
  expect_refused("", ": no tokens");
  expect_refused("[PAD]\n[UNK]\n\n[CLS]\n[SEP]\n", ":3: token 2 is empty");
  expect_refused("[PAD]\n[UNK]\na\n[CLS]\n[SEP]\na\n", ":6: token 5 is 'a', as token 2 is");
  expect_refused("[PAD]\n[UNK]\n[CLS]\na\n", ": the special token [SEP] is missing");
  EXPECT_THROW(read_vocabulary("no/such/vocab.txt"), IoError);
  EXPECT_THROW(Vocabulary({"[PAD]"}), ConfigError);
}

}  // namespace
}  // namespace ptqbench
