#pragma once

#include <string>
#include <vector>

#include "tasks/text/encode.h"

namespace ptqbench {

/// A tokenizer whose words are the lower-case letters: a is 4, z is 29; [CLS] is 2 and [SEP] 3.
inline WordPieceTokenizer letter_tokenizer() {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};
  for (char letter = 'a'; letter <= 'z'; ++letter) tokens.emplace_back(1, letter);
  return {Vocabulary(tokens), Casing::kLower};
}

/// What an encoding says, one letter a token: '^' for [CLS], '|' for [SEP], '?' for [UNK].
inline std::string spelled(const Encoding& encoding) {
  std::string text;
  for (const auto& token : encoding.tokens)
    text += token.id < 4 ? "_?^|"[token.id] : static_cast<char>('a' + token.id - 4);
  return text;
}

}  // namespace ptqbench
