#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptqbench {

/// A stretch of a question's context.
struct Answer {
  std::string text;
  /// First byte of it in the UTF-8 context.
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
};

/// SHA-256 (hex) of all questions, contexts and answers, in order.
std::string content_key(const QuestionDataset& data);

}  // namespace ptqbench
