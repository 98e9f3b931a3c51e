#include "tasks/text/wordnet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tests/helpers/files.h"
#include "tests/tasks/text/wordnet_files.h"

namespace ptqbench {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Entries of a folder whose data.noun is as given and whose other files hold one entry each.
class WordnetFiles : public ::testing::Test {
 protected:
  WordnetEntry only_noun(const std::string& line) {
    testing::write_wordnet(folder_, line + "\n");
    return read_wordnet(folder_.path()).front();
  }
  void expect_error(const std::string& line, const std::string& reason) {
    EXPECT_THAT([&] { only_noun("  1 licence\n" + line); },
                ThrowsMessage<IoError>(AllOf(HasSubstr("data.noun:2: "), HasSubstr(reason))));
  }

  testing::TemporaryFolder folder_;
};

TEST_F(WordnetFiles, AreReadInOrderWithoutTheLicence) {
  testing::write_wordnet(
      folder_,
      "  1 licence  \n"
      "00000011 05 n 02 plover 0 shore_bird 1 001 @ 00000001 n 0000 | any bird  \n"
      "00000012 20 n 0a a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j f 000 | ten words  \n");
  const auto entries = read_wordnet(folder_.path());
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_THAT(entries[0].words, ElementsAre("plover", "shore bird"));
  EXPECT_EQ(entries[0].gloss, "any bird");
  EXPECT_EQ(wordnet_class_names().at(entries[0].lexicographer_file), "noun.animal");
  EXPECT_EQ(entries[1].words.size(), 10U);
  EXPECT_EQ(entries[1].words.back(), "j");
  EXPECT_THAT(entries[2].words, ElementsAre("breathe"));
  EXPECT_THAT(entries[3].words, ElementsAre("galore"));
  EXPECT_THAT(entries[4].words, ElementsAre("con brio"));
}

TEST_F(WordnetFiles, GlossesLoseTheirExampleSentences) {
  const auto gloss = [&](const std::string& text) {
    return only_noun("1 04 n 01 w 0 000 | " + text).gloss;
  };
  EXPECT_EQ(gloss("a state; or so; \"he said; and\"; \"more\"  "), "a state; or so");
  EXPECT_EQ(gloss("a deed: \"he did it\""), "a deed");
  EXPECT_EQ(gloss("drive away, \"croquet the ball\""), "drive away");
  EXPECT_EQ(gloss("a blow:\"He knocked\""), "a blow");
  EXPECT_EQ(gloss("progress (as in \"make strides\"); \"he strode\""),
            "progress (as in \"make strides\")");
  EXPECT_EQ(gloss("the bar | of a pub;"), "the bar | of a pub");
}

TEST_F(WordnetFiles, MalformedLinesAreNamedWithFileAndLine) {
  expect_error("", "expected the offset of the entry, found ''");
  expect_error("x1 05 n 01 w 0 000 | g", "expected the offset of the entry, found 'x1'");
  expect_error("1 45 n 01 w 0 000 | g", "0 to 44, found 45");
  expect_error("1 -1 n 01 w 0 000 | g", "expected the number of a lexicographer file, found '-1'");
  expect_error("1 05 v 01 w 0 000 | g", "one of 'n', found 'v'");
  expect_error("1 05 n 00 000 | g", "no words");
  expect_error("1 05 n zz w 0 000 | g", "expected the number of words, found 'zz'");
  expect_error("1 05 n 03 w 0 v 0", "2 of 3 words are there");
  expect_error("1 05 n 02 w 0 000 | g", "expected the number of a word's sense, found '|'");
  expect_error("1 05 n 01 w 0 000", "no gloss");
  expect_error("1 05 n 01 w 0 000 | ; \"he said\"", "no definition");
}

TEST_F(WordnetFiles, MissingFilesNameThePackage) {
  EXPECT_THAT([&] { read_wordnet(folder_.path()); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("data.noun"), HasSubstr("wordnet-base"))));
}

TEST_F(WordnetFiles, FilesWithoutEntriesAreRefused) {
  EXPECT_THAT([&] { only_noun("  1 licence"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("data.noun"), HasSubstr("no entries"))));
}

}  // namespace
}  // namespace ptqbench
