#include "tasks/metrics/squad_score.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <unordered_map>

#include "tasks/text/unicode.h"

namespace ptqbench {
namespace {

bool is_ascii_punctuation(char32_t value) { return value < 0x80 && is_punctuation(value); }

bool is_article(const std::string& word) { return word == "a" || word == "an" || word == "the"; }

/// The words between white space. Articles are runs of letters and numbers; whatever else stands
/// next to one (a dash, a mark) is left as a word.
std::vector<std::string> normalized_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  std::string run;
  const auto end_run = [&] {
    const bool dropped = is_article(run);
    if (!dropped) word += run;
    run.clear();
    return dropped;
  };
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(word);
    word.clear();
  };
  for (const auto& character : lower_case(code_points(text))) {
    if (is_ascii_punctuation(character.value)) continue;
    if (is_word_character(character.value)) {
      append_utf8(run, character.value);
      continue;
    }
    if (end_run() || is_space(character.value)) end_word();
    if (!is_space(character.value)) append_utf8(word, character.value);
  }
  end_run();
  end_word();
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

int64_t common_words(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::unordered_map<std::string, int64_t> left;
  for (const auto& word : a) ++left[word];
  int64_t common = 0;
  for (const auto& word : b) common += left[word]-- > 0 ? 1 : 0;
  return common;
}

double word_f1(const std::vector<std::string>& accepted, const std::vector<std::string>& predicted,
               bool may_be_unanswerable) {
  if (may_be_unanswerable && (accepted.empty() || predicted.empty()))
    return accepted == predicted ? 1 : 0;
  const int64_t common = common_words(accepted, predicted);
  if (common == 0) return 0;
  return 2.0 * static_cast<double>(common) /
         static_cast<double>(accepted.size() + predicted.size());
}

/// The accepted answers, at least one where there may be none.
std::vector<std::vector<std::string>> accepted_answers(const Question& question,
                                                       bool may_be_unanswerable) {
  std::vector<std::vector<std::string>> accepted;
  for (const auto& answer : question.answers) {
    auto words = normalized_words(answer.text);
    if (!may_be_unanswerable || !words.empty()) accepted.push_back(std::move(words));
  }
  if (may_be_unanswerable && accepted.empty()) accepted.emplace_back();
  return accepted;
}

std::vector<AnswerScore> score_each(const QuestionDataset& data,
                                    const std::vector<std::string>& predictions) {
  if (data.questions.empty() || predictions.size() != data.questions.size())
    throw std::logic_error("SQuAD score: not one prediction for each question");
  std::vector<AnswerScore> scores;
  for (size_t i = 0; i < predictions.size(); ++i)
    scores.push_back(answer_score(data.questions[i], predictions[i], data.may_be_unanswerable));
  return scores;
}

void add(SquadScore& sum, const AnswerScore& score) {
  sum.exact += score.exact;
  sum.f1 += score.f1;
  ++sum.questions;
}

void make_percent(SquadScore& sum) {
  if (sum.questions == 0) return;
  sum.exact *= 100.0 / static_cast<double>(sum.questions);
  sum.f1 *= 100.0 / static_cast<double>(sum.questions);
}

/// `gains`: what answering a question adds to the sum of scores.
NullThreshold best_threshold(const std::vector<double>& margins, const std::vector<double>& gains,
                             double score_of_none) {
  std::vector<size_t> order(margins.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return margins[a] < margins[b]; });
  NullThreshold best{-std::numeric_limits<double>::infinity(), score_of_none};
  double score = score_of_none;
  for (size_t i = 0; i < order.size(); ++i) {
    score += gains[order[i]];
    // Questions of one margin are answered together or not at all.
    const bool goes_on = i + 1 < order.size() && margins[order[i + 1]] == margins[order[i]];
    if (!goes_on && score > best.score) best = {margins[order[i]], score};
  }
  best.score *= 100.0 / static_cast<double>(margins.size());
  return best;
}

}  // namespace

std::string normalized_answer(const std::string& text) { return joined(normalized_words(text)); }

AnswerScore answer_score(const Question& question, const std::string& prediction,
                         bool may_be_unanswerable) {
  const auto predicted = normalized_words(prediction);
  AnswerScore best;
  for (const auto& accepted : accepted_answers(question, may_be_unanswerable)) {
    best.exact = std::max(best.exact, accepted == predicted ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, word_f1(accepted, predicted, may_be_unanswerable));
  }
  return best;
}

SquadScores squad_score(const QuestionDataset& data, const std::vector<std::string>& predictions) {
  const auto scores = score_each(data, predictions);
  SquadScores result;
  for (size_t i = 0; i < scores.size(); ++i) {
    add(result.all, scores[i]);
    add(data.questions[i].answers.empty() ? result.unanswerable : result.answerable, scores[i]);
  }
  make_percent(result.all);
  make_percent(result.answerable);
  make_percent(result.unanswerable);
  return result;
}

NullThresholds best_null_thresholds(const QuestionDataset& data,
                                    const std::vector<std::string>& predictions,
                                    const std::vector<double>& margins) {
  const auto scores = score_each(data, predictions);
  if (margins.size() != scores.size())
    throw std::logic_error("SQuAD score: not one margin for each question");
  double score_of_none = 0;
  std::vector<double> exact_gains;
  std::vector<double> f1_gains;
  for (size_t i = 0; i < scores.size(); ++i) {
    const double unanswered = data.questions[i].answers.empty() ? 1 : 0;
    score_of_none += unanswered;
    exact_gains.push_back(scores[i].exact - unanswered);
    f1_gains.push_back(scores[i].f1 - unanswered);
  }
  return {best_threshold(margins, exact_gains, score_of_none),
          best_threshold(margins, f1_gains, score_of_none)};
}

}  // namespace ptqbench
