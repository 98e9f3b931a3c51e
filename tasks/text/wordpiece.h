#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tasks/text/basic_tokens.h"
#include "tasks/text/vocabulary.h"

namespace ptqbench {

/// A piece of a text.
struct Token {
  int64_t id = 0;
  /// The bytes [begin, end) of the UTF-8 text that it stands for, before any normalisation. Pieces
  /// of one character that was decomposed share its bytes. 0 and 0 for special tokens.
  int64_t begin = 0;
  int64_t end = 0;
};

/// What implementations of BERT's tokenizer do not agree on.
struct WordPieceRules {
  /// Characters of a word; a longer one is unknown.
  int64_t longest_word = 100;
  PrivateUse private_use = PrivateUse::kLeftOut;

  /// Those of Hugging Face's transformers and tokenizers, which published checkpoints are
  /// fine-tuned and evaluated with.
  static WordPieceRules hugging_face() { return {}; }
  /// Those of google-research/bert.
  static WordPieceRules google() { return {200, PrivateUse::kKept}; }
};

/// Splits texts into the word pieces of a vocabulary (Wu et al.: Google's Neural Machine
/// Translation System, 2016, arXiv 1609.08144, section 4.1): basic tokenization, then of each word
/// the longest piece that the vocabulary has, again and again; pieces inside a word begin with
/// "##". A word that cannot be put together, or is longer than the rules allow, is [UNK] as a
/// whole.
/// "[CLS]" and the like in a text are ordinary text. Unicode properties come from ICU.
class WordPieceTokenizer {
 public:
  WordPieceTokenizer(Vocabulary vocabulary, Casing casing, WordPieceRules rules = {});

  const Vocabulary& vocabulary() const { return vocabulary_; }
  Casing casing() const { return casing_; }
  const WordPieceRules& rules() const { return rules_; }
  std::vector<Token> tokenize(std::string_view text) const;

 private:
  void append_pieces(const Word& word, std::vector<Token>& tokens) const;

  Vocabulary vocabulary_;
  Casing casing_;
  WordPieceRules rules_;
};

}  // namespace ptqbench
