#include "tasks/text/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ptqbench {
namespace {

using ::testing::ElementsAre;

std::vector<std::vector<std::string>> rows(const std::string& text, TableQuoting quoting) {
  const TextTable table(text, quoting);
  std::vector<std::vector<std::string>> all;
  for (const auto& row : table.rows()) all.emplace_back(row.fields.begin(), row.fields.end());
  return all;
}

bool looks_quoted(const std::vector<std::string>& fields) {
  QuotingEvidence evidence;
  for (const auto& field : fields) evidence.add(field);
  return evidence.looks_quoted();
}

TEST(TextTable, WithoutQuotingMarksAreText) {
  EXPECT_THAT(rows("a\t\"b\n\n\"c\"\td\r\n", TableQuoting::kNone),
              ElementsAre(ElementsAre("a", "\"b"), ElementsAre("\"c\"", "d")));
}

// What pandas' DataFrame.to_csv(sep="\t") writes.
TEST(TextTable, QuotedFieldsHoldTabsLineBreaksAndDoubledMarks) {
  EXPECT_THAT(rows("\xef\xbb\xbf"
                   "s\tlabel\n\"He said \"\"no\"\"\"\t1\n\"two\nlines\"\t0\n"
                   "\"a\tb\"\t1\r\n\"\"\t0\nplain\t1",
                   TableQuoting::kCsv),
              ElementsAre(ElementsAre("s", "label"), ElementsAre("He said \"no\"", "1"),
                          ElementsAre("two\nlines", "0"), ElementsAre("a\tb", "1"),
                          ElementsAre("", "0"), ElementsAre("plain", "1")));
}

TEST(TextTable, RowsKnowTheirLines) {
  const TextTable table("a\n\"b\nc\"\n\nd\n", TableQuoting::kCsv);
  ASSERT_EQ(table.rows().size(), 3u);
  EXPECT_EQ(table.rows()[1].line, 2u);
  EXPECT_EQ(table.rows()[2].line, 5u);
}

TEST(TextTable, SpreadsheetsQuoteEveryFieldWithAMark) {
  EXPECT_TRUE(looks_quoted({"plain", "\"He said \"\"no\"\"\""}));
  EXPECT_TRUE(looks_quoted({"\"a\"", "b", "\"c\""}));
  // As in the files of GLUE.
  EXPECT_FALSE(looks_quoted({"\"a\"", "\"b", "\"c\""}));
  EXPECT_FALSE(looks_quoted({"\"I am , \" he said , \" here . \"", "\"c\""}));
  EXPECT_FALSE(looks_quoted({"\"a\""}));
  EXPECT_FALSE(looks_quoted({"plain", ""}));
  EXPECT_FALSE(looks_quoted({"\"", "\"c\"", "\"d\""}));
}

}  // namespace
}  // namespace ptqbench
