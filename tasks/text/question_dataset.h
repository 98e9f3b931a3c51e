#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// A stretch of a question's context.
struct Answer {
  std::string text;
  /// First byte of it in the UTF-8 context; -1: the file says a place where it does not stand, so
  /// that it can be compared with but not learned from.
  int64_t start = 0;
};

/// A question about a context, UTF-8.
struct Question {
  /// Unique in its data set.
  std::string id;
  std::string question;
  std::string context;
  /// Every accepted answer; empty: the context does not answer it (SQuAD 2.0).
  std::vector<Answer> answers;
};

/// One split of a data set whose answers are spans of their contexts.
struct QuestionDataset {
  std::vector<Question> questions;
  /// Whether some questions have no answer by design, so that a model may say so.
  bool may_be_unanswerable = false;
  /// What was put right or let pass in reading, a sentence each with a count.
  std::vector<std::string> notes;
};

/// Whether the question says where it is answered, or that it is not: what can be learned from.
bool has_answer_place(const Question& question);

/// SHA-256 (hex) of all questions, contexts and answers, in order.
std::string content_key(const QuestionDataset& data);

}  // namespace ptqbench
