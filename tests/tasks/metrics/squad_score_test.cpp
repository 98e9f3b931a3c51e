#include "tasks/metrics/squad_score.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "tests/tasks/metrics/references.h"

namespace ptqbench {
namespace {

struct Case {
  QuestionDataset data;
  std::vector<std::string> predictions;
  std::vector<double> margins;
};

Case case_of(const nlohmann::json& reference, bool may_be_unanswerable) {
  Case one;
  one.data.may_be_unanswerable = may_be_unanswerable;
  for (const auto& entry : reference.at("questions")) {
    Question question;
    for (const auto& answer : entry.at("answers"))
      question.answers.push_back({answer.get<std::string>(), 0});
    one.data.questions.push_back(question);
    one.predictions.push_back(entry.at("prediction"));
    one.margins.push_back(entry.at("margin"));
  }
  return one;
}

void expect_scores(const nlohmann::json& reference, bool may_be_unanswerable) {
  const auto one = case_of(reference, may_be_unanswerable);
  for (size_t i = 0; i < one.predictions.size(); ++i) {
    const auto& entry = reference.at("questions").at(i);
    const auto score = answer_score(one.data.questions[i], one.predictions[i], may_be_unanswerable);
    EXPECT_EQ(score.exact, entry.at("exact").get<double>()) << entry;
    EXPECT_NEAR(score.f1, entry.at("f1"), kMetricTolerance) << entry;
  }
  const auto scores = squad_score(one.data, one.predictions);
  EXPECT_NEAR(scores.all.exact, reference.at("all_exact"), kMetricTolerance);
  EXPECT_NEAR(scores.all.f1, reference.at("all_f1"), kMetricTolerance);
  EXPECT_NEAR(scores.answerable.exact, reference.at("answerable_exact"), kMetricTolerance);
  EXPECT_NEAR(scores.answerable.f1, reference.at("answerable_f1"), kMetricTolerance);
  EXPECT_NEAR(scores.unanswerable.exact, reference.at("unanswerable_exact"), kMetricTolerance);
  EXPECT_NEAR(scores.unanswerable.f1, reference.at("unanswerable_f1"), kMetricTolerance);
  EXPECT_EQ(scores.answerable.questions + scores.unanswerable.questions, scores.all.questions);
}

TEST(SquadScore, NormalisedTextsAreThoseOfTheOfficialRules) {
  const auto texts = references("normalized");
  ASSERT_GT(texts.size(), 60u);
  for (const auto& one : texts)
    EXPECT_EQ(normalized_answer(one.at("text")), one.at("normalized").get<std::string>()) << one;
  EXPECT_EQ(normalized_answer(" The  U.S. of\tA, an\u00a0\u00c9t\u00e9! "), "us of \u00e9t\u00e9");
}

TEST(SquadScore, Version1IsAsTheOfficialScriptScores) {
  expect_scores(references("squad1"), false);
}

TEST(SquadScore, Version2IsAsTheOfficialScriptScores) { expect_scores(references("squad2"), true); }

TEST(SquadScore, ThresholdsAreTheBestOfAll) {
  const auto reference = references("squad2");
  const auto one = case_of(reference, true);
  const auto best = best_null_thresholds(one.data, one.predictions, one.margins);
  EXPECT_EQ(best.exact.threshold, reference.at("best_exact_threshold").get<double>());
  EXPECT_NEAR(best.exact.score, reference.at("best_exact"), kMetricTolerance);
  EXPECT_EQ(best.f1.threshold, reference.at("best_f1_threshold").get<double>());
  EXPECT_NEAR(best.f1.score, reference.at("best_f1"), kMetricTolerance);
}

TEST(SquadScore, AThresholdMayLeaveAllUnansweredAndDoesNotPartEqualMargins) {
  QuestionDataset data;
  data.may_be_unanswerable = true;
  data.questions.resize(3);
  data.questions[2].answers = {{"yes", 0}};
  const auto none = best_null_thresholds(data, {"no", "no", "no"}, {0, 1, 2});
  EXPECT_EQ(none.exact.threshold, -std::numeric_limits<double>::infinity());
  EXPECT_DOUBLE_EQ(none.exact.score, 200.0 / 3);
  // Answering the last question alone would score 3 of 3, but 1 goes with it.
  const auto together = best_null_thresholds(data, {"no", "no", "yes"}, {5, 1, 1});
  EXPECT_DOUBLE_EQ(together.f1.score, 200.0 / 3);
  const auto apart = best_null_thresholds(data, {"no", "no", "yes"}, {5, 2, 1});
  EXPECT_EQ(apart.f1.threshold, 1);
  EXPECT_DOUBLE_EQ(apart.f1.score, 100);
}

TEST(SquadScore, OnePredictionForEachQuestion) {
  EXPECT_THROW(squad_score({}, {}), std::logic_error);
  QuestionDataset data;
  data.questions.resize(1);
  EXPECT_THROW(squad_score(data, {}), std::logic_error);
  EXPECT_THROW(best_null_thresholds(data, {""}, {}), std::logic_error);
}

}  // namespace
}  // namespace ptqbench
