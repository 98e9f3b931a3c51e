#include "tasks/text/wordpiece.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace ptqbench {
namespace {

/// Canonical ordering may swap characters, so the first need not begin first.
Token token_of(int64_t id, const Word& word, size_t first, size_t last) {
  Token token{id, word[first].begin, word[first].end};
  for (size_t i = first + 1; i < last; ++i) {
    token.begin = std::min(token.begin, word[i].begin);
    token.end = std::max(token.end, word[i].end);
  }
  return token;
}

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(Vocabulary vocabulary, Casing casing, WordPieceRules rules)
    : vocabulary_(std::move(vocabulary)), casing_(casing), rules_(rules) {}

std::vector<Token> WordPieceTokenizer::tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  for (const auto& word : basic_tokens(text, casing_, rules_.private_use))
    append_pieces(word, tokens);
  return tokens;
}

void WordPieceTokenizer::append_pieces(const Word& word, std::vector<Token>& tokens) const {
  const Token unknown = token_of(vocabulary_.unknown(), word, 0, word.size());
  if (static_cast<int64_t>(word.size()) > rules_.longest_word) {
    tokens.push_back(unknown);
    return;
  }
  std::string spelled = "##";
  std::vector<size_t> starts;
  for (const auto& character : word) {
    starts.push_back(spelled.size());
    append_utf8(spelled, character.value);
  }
  starts.push_back(spelled.size());
  const size_t pieces_before = tokens.size();
  for (size_t first = 0, last = 0; first < word.size(); first = last) {
    size_t from = starts[first];
    // The characters before are done with, so their bytes are free for the mark.
    if (first > 0) {
      from -= 2;
      spelled.replace(from, 2, "##");
    }
    std::optional<int64_t> id;
    for (last = word.size(); last > first; --last) {
      id = vocabulary_.find(std::string_view(spelled).substr(from, starts[last] - from));
      if (id) break;
    }
    if (!id) {
      tokens.resize(pieces_before);
      tokens.push_back(unknown);
      return;
    }
    tokens.push_back(token_of(*id, word, first, last));
  }
}

}  // namespace ptqbench
