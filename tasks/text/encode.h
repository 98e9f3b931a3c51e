#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/text/wordpiece.h"

namespace ptqbench {

/// A text or a pair of texts as BERT reads it: [CLS] first [SEP], or [CLS] first [SEP] second
/// [SEP].
struct Encoding {
  /// Bytes count in the text that the token is of.
  std::vector<Token> tokens;
  /// One for each token: 1 for the second text and its separator, 0 for the rest.
  std::vector<int64_t> types;

  int64_t size() const { return static_cast<int64_t>(tokens.size()); }
};

/// Puts the special tokens around. A `second` without tokens is left out with its separator, as
/// google-research/bert does.
Encoding with_special_tokens(const Vocabulary& vocabulary, const std::vector<Token>& first,
                             const std::vector<Token>& second);

/// Tokenizes `first` and `second` (empty: a single text). While there are more than `max_length`
/// tokens, the last token of the longer text is dropped; of the second if they are of one length.
/// Throws ConfigError when `max_length` leaves no room for a token of each text.
Encoding encode(const WordPieceTokenizer& tokenizer, const std::string& first,
                const std::string& second, int64_t max_length);

}  // namespace ptqbench
