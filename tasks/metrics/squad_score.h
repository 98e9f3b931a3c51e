#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/text/question_dataset.h"

namespace ptqbench {

/// An answer as SQuAD's official evaluation compares it: in lower case, without ASCII punctuation
/// and without the words "a", "an" and "the", words separated by one space.
std::string normalized_answer(const std::string& text);

/// How well an answer fits, best of all accepted ones, each from 0 to 1.
struct AnswerScore {
  /// 1 if the normalised texts are equal.
  double exact = 0;
  /// Harmonic mean of precision and recall of the words.
  double f1 = 0;
};

/// The score of an answer ("": none) to one question. By SQuAD 2.0's rules (`may_be_unanswerable`),
/// accepted answers of which normalisation leaves nothing do not count, a question without accepted
/// answers wants one of which nothing is left, and two of these have an F1 of 1. By the rules
/// of 1.1 they have an F1 of 0.
AnswerScore answer_score(const Question& question, const std::string& prediction,
                         bool may_be_unanswerable);

/// Means over questions, in percent.
struct SquadScore {
  double exact = 0;
  double f1 = 0;
  int64_t questions = 0;
};

struct SquadScores {
  SquadScore all;
  /// Of the questions with and without an answer; 0 where there are none.
  SquadScore answerable;
  SquadScore unanswerable;
};

/// `predictions`: a text for each question, in their order, "" for no answer. Throws
/// std::logic_error when there are no questions, or not as many predictions.
SquadScores squad_score(const QuestionDataset& data, const std::vector<std::string>& predictions);

/// The threshold above which "no answer" scores best, and that score in percent. Minus infinity:
/// when no question is answered.
struct NullThreshold {
  double threshold = 0;
  double score = 0;
};

struct NullThresholds {
  NullThreshold exact;
  NullThreshold f1;
};

/// For SQuAD 2.0: the best thresholds on `margins`, how much better no answer is than the best span
/// of each question, whose text is its prediction. Throws as `squad_score`.
NullThresholds best_null_thresholds(const QuestionDataset& data,
                                    const std::vector<std::string>& predictions,
                                    const std::vector<double>& margins);

}  // namespace ptqbench
