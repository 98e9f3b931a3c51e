#include "tasks/text/wordnet_texts.h"

#include <utility>

#include "tasks/text/wordnet_questions.h"
#include "tasks/text/wordnet_split.h"

namespace ptqbench {

std::vector<std::string> wordnet_training_texts(const std::filesystem::path& root) {
  std::vector<std::string> texts;
  for (auto& entry : read_wordnet_split(root, "train")) {
    texts.push_back(std::move(entry.words.front()));
    texts.push_back(std::move(entry.gloss));
  }
  for (const auto& category : wordnet_question_categories()) {
    texts.push_back(wordnet_question_about(category));
  }
  return texts;
}

}  // namespace ptqbench
