#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/options.h"

namespace ptqbench {

/// How texts become a model's inputs. fields() says what each member means.
struct TextOptions {
  std::string vocabulary;
  bool lower_case = true;
  std::string tokenizer = "hugging_face";
  int64_t max_length = 128;
  int64_t stride = 128;
  int64_t max_question_length = 64;
  int64_t max_answer_length = 30;
  double no_answer_threshold = 0;

  static const std::vector<Field<TextOptions>>& fields();
};

}  // namespace ptqbench
