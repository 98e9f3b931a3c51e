#include <fmt/format.h>

#include "tasks/checkpoint/content_hash.h"
#include "tasks/text/question_dataset.h"
#include "tasks/text/text_dataset.h"

namespace ptqbench {
namespace {

/// Lengths in front, so that no two lists of texts look the same.
void append(std::string& all, const std::string& text) {
  all += fmt::format("{}:{}", text.size(), text);
}

}  // namespace

std::string content_key(const TextDataset& data) {
  std::string all = fmt::format("classes {}\n", data.classes);
  for (const auto& example : data.examples) {
    append(all, example.first);
    append(all, example.second);
    all += fmt::format("{}\n", example.label);
  }
  return sha256_text(all);
}

bool has_answer_place(const Question& question) {
  return question.answers.empty() || question.answers.front().start >= 0;
}

std::string content_key(const QuestionDataset& data) {
  std::string all = fmt::format("may_be_unanswerable {}\n", data.may_be_unanswerable);
  for (const auto& question : data.questions) {
    append(all, question.id);
    append(all, question.question);
    append(all, question.context);
    for (const auto& answer : question.answers) {
      append(all, answer.text);
      all += fmt::format("@{}", answer.start);
    }
    all += "\n";
  }
  return sha256_text(all);
}

}  // namespace ptqbench
