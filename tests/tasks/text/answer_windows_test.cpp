#include "tasks/text/answer_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/error.h"
#include "tests/tasks/text/letters.h"

namespace ptqbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// About the context "A B C D E F G H I J"; the answer's bytes are twice the number of its letter.
Question letters_question(const std::string& answer = "", int64_t start = 0) {
  Question question;
  question.question = "x y z";
  question.context = "A B C D E F G H I J";
  if (!answer.empty()) question.answers = {{answer, start}};
  return question;
}

std::vector<std::string> spelled_windows(const std::vector<AnswerWindow>& windows) {
  std::vector<std::string> texts;
  for (const auto& window : windows) texts.push_back(spelled(window.encoding));
  return texts;
}

std::pair<int64_t, int64_t> target(const AnswerWindow& window, const Question& question) {
  const auto span = answer_target(window, question);
  return {span.first, span.last};
}

TEST(AnswerWindows, TheyGoOnByTheStrideToTheEnd) {
  const auto windows = answer_windows(letter_tokenizer(), letters_question(), {9, 2, 2});
  EXPECT_THAT(spelled_windows(windows),
              ElementsAre("^xy|abcd|", "^xy|cdef|", "^xy|efgh|", "^xy|ghij|"));
  EXPECT_THAT(windows[1].encoding.types, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1, 1));
  EXPECT_EQ(windows[1].context_begin, 4);
  EXPECT_EQ(windows[1].context_end, 8);
  EXPECT_EQ(windows[1].encoding.tokens[4].begin, 4);
  EXPECT_EQ(windows[1].encoding.tokens[4].end, 5);
}

TEST(AnswerWindows, AStrideBeyondTheRoomLeavesNothingOut) {
  EXPECT_THAT(spelled_windows(answer_windows(letter_tokenizer(), letters_question(), {9, 50, 2})),
              ElementsAre("^xy|abcd|", "^xy|efgh|", "^xy|ij|"));
}

TEST(AnswerWindows, AShortContextIsOneWindow) {
  EXPECT_THAT(
      spelled_windows(answer_windows(letter_tokenizer(), letters_question(), {384, 128, 64})),
      ElementsAre("^xyz|abcdefghij|"));
  Question question = letters_question();
  question.context = " ";
  EXPECT_THAT(spelled_windows(answer_windows(letter_tokenizer(), question, {9, 2, 2})),
              ElementsAre("^xy|"));
}

TEST(AnswerWindows, EachTokenHasItsMostContextOnce) {
  // Windows abcd, cdef, efgh, ghij: of c, the first shows 2 and 1, the second 0 and 3; the lesser
  // side counts. d: 0 on the right in the first, 1 on the left in the second.
  const auto windows = answer_windows(letter_tokenizer(), letters_question(), {9, 2, 2});
  EXPECT_THAT(windows[0].is_maximum_context, ElementsAre(true, true, true, false));
  EXPECT_THAT(windows[1].is_maximum_context, ElementsAre(false, true, true, false));
  EXPECT_THAT(windows[2].is_maximum_context, ElementsAre(false, true, true, false));
  EXPECT_THAT(windows[3].is_maximum_context, ElementsAre(false, true, true, true));
}

TEST(AnswerWindows, BetweenEqualWindowsTheLongerThenTheEarlierWins) {
  // Windows abcde, defgh, ghij. Both show one token beside d and e, both are of one length: the
  // earlier. g: 1 on the right in defgh, 0 on the left in ghij. h: 0 in defgh, 1 in ghij.
  const auto windows = answer_windows(letter_tokenizer(), letters_question(), {10, 3, 2});
  EXPECT_THAT(spelled_windows(windows), ElementsAre("^xy|abcde|", "^xy|defgh|", "^xy|ghij|"));
  EXPECT_THAT(windows[0].is_maximum_context, ElementsAre(true, true, true, true, false));
  EXPECT_THAT(windows[1].is_maximum_context, ElementsAre(false, true, true, true, false));
  EXPECT_THAT(windows[2].is_maximum_context, ElementsAre(false, true, true, true));
}

TEST(AnswerWindows, TargetsPointToTheAnswerOrToTheFirstToken) {
  const auto question = letters_question("D E", 6);
  const auto windows = answer_windows(letter_tokenizer(), question, {9, 2, 2});
  EXPECT_THAT(target(windows[0], question), Pair(0, 0));
  EXPECT_THAT(target(windows[1], question), Pair(5, 6));
  EXPECT_THAT(target(windows[2], question), Pair(0, 0));
  EXPECT_THAT(target(windows[1], letters_question()), Pair(0, 0));
  // Space around the answer does not move it out of its window.
  EXPECT_THAT(target(windows[1], letters_question(" C D ", 3)), Pair(4, 5));
  // An answer in a stretch without tokens.
  EXPECT_THAT(target(windows[0], letters_question(" ", 1)), Pair(0, 0));
}

TEST(AnswerWindows, ATokenThatSharesAByteWithTheAnswerCounts) {
  const WordPieceTokenizer tokenizer(
      Vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "cafe", "1990s"}), Casing::kLower);
  Question question;
  question.question = "cafe";
  question.context = "Caf\u00e9 1990s";
  question.answers = {{"1990", 6}};
  const auto windows = answer_windows(tokenizer, question, {});
  EXPECT_THAT(target(windows.at(0), question), Pair(4, 4));
}

TEST(AnswerWindows, OptionsWithoutRoomAreRefused) {
  const auto refused = [](const WindowOptions& options) -> std::string {
    try {
      answer_windows(letter_tokenizer(), letters_question(), options);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refused({67, 128, 64}), HasSubstr("67 tokens leaves no room for context"));
  EXPECT_THAT(refused({68, 128, 64}), "");
  EXPECT_THAT(refused({384, 0, 64}), HasSubstr("stride (0)"));
  EXPECT_THAT(refused({384, 1, 0}), HasSubstr("question (0)"));
}

}  // namespace
}  // namespace ptqbench
