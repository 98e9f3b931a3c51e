#include "tasks/text_options.h"

namespace ptqbench {

const std::vector<Field<TextOptions>>& TextOptions::fields() {
  using T = TextOptions;
  constexpr double kMostTokens = 65536;
  static const std::vector<Field<T>> all = {
      {"vocabulary", &T::vocabulary, "vocab.txt of the word pieces, one a line"},
      {"lower_case", &T::lower_case, "lower case without accents, as uncased models expect"},
      Field<T>("tokenizer", &T::tokenizer,
               "whose rules decide where they differ (words that are too long, private use)",
               -1e300, 1e300, {"hugging_face", "google"})
          .left_out_at_default(),
      {"max_length", &T::max_length, "tokens of a sequence, special ones included", 4, kMostTokens},
      {"stride", &T::stride, "tokens between the starts of two windows of a context", 1,
       kMostTokens},
      {"max_question_length", &T::max_question_length, "tokens kept of a question", 1, kMostTokens},
      {"max_answer_length", &T::max_answer_length, "tokens of an answer", 1, kMostTokens},
      {"no_answer_threshold", &T::no_answer_threshold,
       "a question is left unanswered when the score of no answer exceeds the best answer's by "
       "more",
       -1e9, 1e9},
  };
  return all;
}

}  // namespace ptqbench
