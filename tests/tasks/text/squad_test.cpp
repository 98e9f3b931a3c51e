#include "tasks/text/squad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

QuestionDataset read(const std::string& json) {
  const testing::TemporaryFolder folder;
  return read_squad(folder.write("squad.json", json));
}

/// A file of one paragraph.
std::string file_of(const std::string& context, const std::string& qas) {
  return R"({"version": "1.1", "data": [{"title": "T", "paragraphs": [{"context": ")" + context +
         R"(", "qas": [)" + qas + "]}]}]}";
}

std::string question(const std::string& id, const std::string& text, int start) {
  return R"({"id": ")" + id + R"(", "question": "Who?", "answers": [{"text": ")" + text +
         R"(", "answer_start": )" + std::to_string(start) + "}]}";
}

void expect_refused(const std::string& json, const std::string& message) {
  try {
    read(json);
    FAIL() << json;
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("squad.json: " + message));
  }
}

TEST(Squad, AnswersBeginAtBytesThoughTheFileCountsCharacters) {
  const auto file =
      read(file_of("\u00c9mile (\\ud83d\\ude00) met Beyonc\u00e9.",
                   question("a", "Beyonc\u00e9", 14) + "," + question("b", "met", 10)));
  ASSERT_EQ(file.questions.size(), 2u);
  EXPECT_FALSE(file.may_be_unanswerable);
  const auto& first = file.questions[0];
  EXPECT_EQ(first.id, "a");
  EXPECT_EQ(first.question, "Who?");
  EXPECT_EQ(first.context, "\u00c9mile (\U0001f600) met Beyonc\u00e9.");
  EXPECT_EQ(first.answers.at(0).start, 18);
  EXPECT_EQ(first.context.substr(18, 8), "Beyonc\u00e9");
  EXPECT_EQ(file.questions[1].answers.at(0).start, 14);
}

TEST(Squad, Version2SaysWhatCannotBeAnswered) {
  const auto file = read(file_of("Paris is big.",
                                 R"({"id": "a", "question": "What?", "is_impossible": false,
          "answers": [{"text": "Paris", "answer_start": 0}, {"text": "big", "answer_start": 9}]},
         {"id": "b", "question": "When?", "is_impossible": true, "answers": [],
          "plausible_answers": [{"text": "big", "answer_start": 9}]})"));
  EXPECT_TRUE(file.may_be_unanswerable);
  EXPECT_EQ(file.questions.at(0).answers.size(), 2u);
  EXPECT_TRUE(file.questions.at(1).answers.empty());
}

TEST(Squad, AnAnswerThatIsNotThereIsNamed) {
  expect_refused(
      file_of("ab \u00e9 cd ef", question("a", "xy", 3)),
      "data[0].paragraphs[0].qas[0].answers[0]: the answer is 'xy', but at character 3 of "
      "the context stands '\u00e9'");
  expect_refused(
      file_of("ab", question("a", "ab", 9)),
      "data[0].paragraphs[0].qas[0].answers[0]: the answer is 'ab', but at character 9 of "
      "the context stands nothing, as the context has 2 characters");
  expect_refused(file_of("ab", question("a", "ab", -3)), "data[0]");
  expect_refused(file_of("ab", question("a", "", 0)),
                 "data[0].paragraphs[0].qas[0].answers[0].text: the answer is empty");
}

TEST(Squad, MalformedJsonIsNamedWithItsPlace) {
  expect_refused("{\n  \"data\": [\n}", "not valid JSON: parse error at line 3, column 1");
  expect_refused("", "not valid JSON: parse error at line 1, column 1");
  expect_refused(file_of("a\xff", ""), "not valid JSON: parse error at line 1");
  expect_refused("[]", "file: expected an object, it is of type array");
  expect_refused("{}", "file: 'data' is missing");
  expect_refused(R"({"data": [{}]})", "data[0]: 'paragraphs' is missing");
  expect_refused(R"({"data": {}})", "data: expected an array, it is of type object");
  expect_refused(R"({"data": []})", "file: no questions");
}

TEST(Squad, ElementsOfAnotherKindAreNamed) {
  const std::string qas = "data[0].paragraphs[0].qas";
  expect_refused(file_of("a", R"({"id": 7})"),
                 qas + "[0].id: expected a text, it is of type number");
  expect_refused(file_of("a", R"({"id": "7", "question": "q"})"),
                 qas + "[0]: 'answers' is missing");
  expect_refused(file_of("a", R"({"id": "7", "question": "q", "answers": []})"),
                 qas + "[0]: no answers, and is_impossible does not say that there are none");
  expect_refused(file_of("a", R"({"id": "7", "question": "q", "is_impossible": true,
                                  "answers": [{"text": "a", "answer_start": 0}]})"),
                 qas + "[0]: is_impossible is true, but there are answers");
  expect_refused(file_of("a", R"({"id": "7", "question": "q", "is_impossible": 1, "answers": []})"),
                 qas + "[0].is_impossible: expected true or false");
  expect_refused(file_of("a", R"({"id": "7", "question": "q",
                                  "answers": [{"text": "a", "answer_start": 0.5}]})"),
                 qas + "[0].answers[0].answer_start: expected a whole number");
  expect_refused(file_of("a", question("x", "a", 0) + "," + question("x", "a", 0)),
                 qas + "[1].id: 'x' is there twice");
}

}  // namespace
}  // namespace ptqbench
