#include "tasks/text/squad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/error.h"
#include "tests/helpers/files.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
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
    EXPECT_THAT(error.what(), HasSubstr("squad.json" + message));
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

TEST(Squad, AnAnswerThatDoesNotStandThereIsKeptWithoutAPlace) {
  const auto file =
      read(file_of("ab \u00e9 cd ef", question("a", "xy", 3) + "," + question("b", "cd", 5) + "," +
                                          question("c", "ab", 99) + "," + question("d", "ab", -3)));
  ASSERT_EQ(file.questions.size(), 4u);
  EXPECT_EQ(file.questions[0].answers.at(0).text, "xy");
  EXPECT_EQ(file.questions[0].answers.at(0).start, -1);
  EXPECT_FALSE(has_answer_place(file.questions[0]));
  EXPECT_TRUE(has_answer_place(file.questions[1]));
  EXPECT_EQ(file.questions[2].answers.at(0).start, -1);
  EXPECT_EQ(file.questions[3].answers.at(0).start, -1);
  EXPECT_THAT(
      file.notes,
      ElementsAre("squad.json: 3 answers do not stand where the file says, the first is "
                  "data[0].paragraphs[0].qas[0].answers[0]: the answer is 'xy', but at character 3 "
                  "of the context stands '\u00e9'"));
  EXPECT_THAT(read(file_of("ab", question("a", "ab", 9))).notes,
              ElementsAre(HasSubstr("1 answer does not stand where the file says, the first is "
                                    "data[0].paragraphs[0].qas[0].answers[0]: the answer is 'ab', "
                                    "but at character 9 of the context stands nothing, as the "
                                    "context has 2 characters")));
  expect_refused(file_of("ab", question("a", "", 0)),
                 ": data[0].paragraphs[0].qas[0].answers[0].text: the answer is empty");
}

TEST(Squad, IdsMayBeNumbers) {
  const auto file = read(file_of(
      "Mary.",
      R"({"id": 1, "question": "Who?", "answers": [{"text": "Mary", "answer_start": 0}]})"));
  EXPECT_EQ(file.questions.at(0).id, "1");
  EXPECT_FALSE(file.may_be_unanswerable);
}

TEST(Squad, QuestionsWithoutAnswersAreFineWhereSomeSayThatTheyAreImpossible) {
  const auto file = read(file_of("Mary.", R"({"id": "a", "question": "Who?"},
      {"id": "b", "question": "When?", "answers": []},
      {"id": "c", "question": "What?", "is_impossible": 1},
      {"id": "d", "question": "Where?", "is_impossible": true,
       "answers": [{"text": "Mary", "answer_start": 0}]})"));
  EXPECT_TRUE(file.may_be_unanswerable);
  for (const auto& each : file.questions) EXPECT_TRUE(each.answers.empty()) << each.id;
  EXPECT_THAT(file.notes,
              ElementsAre(HasSubstr("1 question with is_impossible and answers: taken as")));
}

TEST(Squad, MalformedJsonIsNamedWithItsPlace) {
  expect_refused("{\n  \"data\": [\n}", ":3: not valid JSON: column 1: '}' cannot stand there");
  expect_refused("", ":1: not valid JSON: column 1: the file is empty");
  expect_refused(file_of("a\xff", ""), ":1: not valid JSON: column");
  expect_refused("[]", ": file: expected an object, it is of type array");
  expect_refused("{}", ": file: 'data' is missing");
  expect_refused(R"({"data": [{}]})", ": data[0]: 'paragraphs' is missing");
  expect_refused(R"({"data": {}})", ": data: expected an array, it is of type object");
  expect_refused(R"({"data": []})", ": file: no questions");
}

TEST(Squad, ElementsOfAnotherKindAreNamed) {
  const std::string qas = ": data[0].paragraphs[0].qas";
  expect_refused(file_of("a", R"({"id": 7.5})"),
                 qas + "[0].id: expected a whole number, it is 7.5");
  expect_refused(file_of("a", R"({"id": []})"),
                 qas + "[0].id: expected a text or a whole number, it is of type array");
  expect_refused(file_of("a", R"({"id": "7", "question": "q"})"),
                 qas + "[0]: no answers, and no question of the file says is_impossible");
  expect_refused(file_of("a", R"({"id": "7", "question": "q", "answers": []})"),
                 qas + "[0]: no answers, and no question of the file says is_impossible");
  expect_refused(file_of("a", R"({"id": "7", "question": "q", "is_impossible": 2, "answers": []})"),
                 qas + "[0].is_impossible: expected 0 or 1, it is 2");
  expect_refused(file_of("a", R"({"id": "7", "question": "q",
                                  "answers": [{"text": "a", "answer_start": 0.5}]})"),
                 qas + "[0].answers[0].answer_start: expected a whole number");
  expect_refused(file_of("a", question("x", "a", 0) + "," + question("x", "a", 0)),
                 qas + "[1].id: 'x' is there twice");
}

}  // namespace
}  // namespace ptqbench
