#include "tasks/text/best_span.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "support/error.h"
#include "tests/tasks/text/letters.h"

namespace ptqbench {
namespace {

/// "^xy|" and the letters of a context; windows abcd, cdef, efgh, ghij.
struct Letters {
  Letters() {
    question.question = "x y";
    question.context = "A B C D E F G H I J";
    windows = answer_windows(letter_tokenizer(), question, {9, 2, 2});
    logits.resize(windows.size(), {std::vector<float>(9, -9), std::vector<float>(9, -9)});
  }

  /// Sets the logits of tokens of a window, given as they are spelled.
  void set(size_t window, const std::map<char, float>& start, const std::map<char, float>& end) {
    const std::string text = spelled(windows[window].encoding);
    for (const auto& [letter, value] : start) logits[window].start[text.find(letter)] = value;
    for (const auto& [letter, value] : end) logits[window].end[text.find(letter)] = value;
  }

  SpanPrediction predict(const SpanOptions& options = {}) const {
    return best_spans(question, windows, logits, options);
  }

  Question question;
  std::vector<AnswerWindow> windows;
  std::vector<SpanLogits> logits;
};

TEST(BestSpan, TheTextIsThatOfTheContext) {
  Letters letters;
  letters.set(0, {{'b', 3}}, {{'c', 2}});
  const auto prediction = letters.predict();
  EXPECT_EQ(prediction.best_text(), "B C");
  EXPECT_EQ(prediction.spans[0].begin, 2);
  EXPECT_EQ(prediction.spans[0].end, 5);
  EXPECT_EQ(prediction.spans[0].score, 5);
}

TEST(BestSpan, AStartCountsOnlyInItsWindowOfMostContext) {
  Letters letters;
  // c is the first window's, d the second's.
  letters.set(1, {{'c', 9}, {'d', 1}}, {{'d', 1}});
  EXPECT_EQ(letters.predict().best_text(), "D");
  letters.set(0, {{'c', 4}}, {{'d', 1}});
  EXPECT_EQ(letters.predict().best_text(), "C D");
}

TEST(BestSpan, QuestionsBackwardAndTooLongSpansAreNone) {
  Letters letters;
  letters.set(0, {{'x', 9}, {'|', 8}, {'b', 3}, {'c', 2}},
              {{'a', 9}, {'y', 9}, {'d', 3}, {'b', 1}});
  EXPECT_EQ(letters.predict().best_text(), "B C D");
  EXPECT_EQ(letters.predict({20, 2}).best_text(), "C D");
  EXPECT_EQ(letters.predict({20, 1}).best_text(), "B");
}

TEST(BestSpan, OnlyTheBestCandidatesOfEachWindowCount) {
  Letters letters;
  letters.set(0, {{'x', 9}, {'b', 3}}, {{'x', 9}, {'b', 3}});
  EXPECT_TRUE(letters.predict({1, 30}).spans.empty());
  const auto two = letters.predict({2, 30});
  ASSERT_EQ(two.spans.size(), 1u);
  EXPECT_EQ(two.spans[0].text, "B");
}

TEST(BestSpan, TheBestComesFirstAndTheEarlierOfEqualOnes) {
  Letters letters;
  letters.set(0, {{'a', 1}, {'b', 1}}, {{'b', 1}});
  letters.set(3, {{'i', 4}}, {{'j', 0}});
  const auto prediction = letters.predict();
  EXPECT_EQ(prediction.spans[0].text, "I J");
  EXPECT_EQ(prediction.spans[1].text, "A B");
  EXPECT_EQ(prediction.spans[2].text, "B");
}

TEST(BestSpan, NoAnswerIsMeasuredInItsLeastSureWindow) {
  Letters letters;
  for (size_t i = 0; i < 4; ++i) letters.set(i, {{'^', 4}}, {{'^', 5}});
  letters.set(2, {{'^', 1}}, {{'^', 2}});
  letters.set(0, {{'b', 1}}, {{'b', 1}});
  const auto prediction = letters.predict();
  EXPECT_EQ(prediction.null_score, 3);
  EXPECT_EQ(prediction.null_margin(), 1);
  EXPECT_EQ(prediction.best_text(), "B");
  EXPECT_EQ(prediction.best_text(0.5), "");
  EXPECT_EQ(prediction.best_text(1), "B");
}

TEST(BestSpan, NothingIsAnsweredWithoutSpansOrNumbers) {
  Letters letters;
  letters.set(0, {{'x', 9}}, {{'x', 9}});
  const auto none = letters.predict({1, 30});
  for (auto& logits : letters.logits) logits.start[4] = std::nanf("");
  EXPECT_TRUE(none.null_margin() > 1e9);
  EXPECT_EQ(none.best_text(), "");
  EXPECT_EQ(none.best_text(1e30), "");
  letters.set(0, {{'b', 3}}, {{'b', 3}});
  EXPECT_EQ(letters.predict().best_text(), "B");
  for (auto& logits : letters.logits) logits.start.assign(9, std::nanf(""));
  EXPECT_EQ(letters.predict().best_text(0), "");
}

TEST(BestSpan, PaddingBehindTheTokensIsNotLookedAt) {
  Letters letters;
  letters.set(0, {{'b', 3}}, {{'c', 2}});
  for (auto& logits : letters.logits) {
    logits.start.resize(20, 99);
    logits.end.resize(20, 99);
  }
  EXPECT_EQ(letters.predict({2, 30}).best_text(), "B C");
}

TEST(BestSpan, LogitsMustFitTheWindows) {
  Letters letters;
  letters.logits[1].end.pop_back();
  EXPECT_THROW(letters.predict(), std::logic_error);
  letters.logits.pop_back();
  EXPECT_THROW(letters.predict(), std::logic_error);
  EXPECT_THROW(letters.predict({0, 30}), ConfigError);
  EXPECT_THROW(letters.predict({20, 0}), ConfigError);
}

}  // namespace
}  // namespace ptqbench
