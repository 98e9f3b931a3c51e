#include "tasks/text/encode.h"

#include <fmt/format.h>

#include "support/error.h"

namespace ptqbench {
namespace {

void truncate_longest_first(std::vector<Token>& first, std::vector<Token>& second, int64_t room) {
  while (static_cast<int64_t>(first.size() + second.size()) > room) {
    (first.size() > second.size() ? first : second).pop_back();
  }
}

}  // namespace

Encoding with_special_tokens(const Vocabulary& vocabulary, const std::vector<Token>& first,
                             const std::vector<Token>& second) {
  Encoding encoding;
  const Token separator{vocabulary.separator(), 0, 0};
  encoding.tokens.reserve(first.size() + second.size() + 3);
  encoding.tokens.push_back({vocabulary.classification(), 0, 0});
  encoding.tokens.insert(encoding.tokens.end(), first.begin(), first.end());
  encoding.tokens.push_back(separator);
  encoding.types.assign(encoding.tokens.size(), 0);
  if (second.empty()) return encoding;
  encoding.tokens.insert(encoding.tokens.end(), second.begin(), second.end());
  encoding.tokens.push_back(separator);
  encoding.types.resize(encoding.tokens.size(), 1);
  return encoding;
}

Encoding encode(const WordPieceTokenizer& tokenizer, const std::string& first,
                const std::string& second, int64_t max_length) {
  auto first_tokens = tokenizer.tokenize(first);
  auto second_tokens = tokenizer.tokenize(second);
  const int64_t special = second_tokens.empty() ? 2 : 3;
  const int64_t texts = second_tokens.empty() ? 1 : 2;
  if (max_length < special + texts) {
    throw ConfigError(
        fmt::format("a maximum length of {} tokens is too short: {} special tokens and one of each "
                    "text need {}",
                    max_length, special, special + texts));
  }
  truncate_longest_first(first_tokens, second_tokens, max_length - special);
  return with_special_tokens(tokenizer.vocabulary(), first_tokens, second_tokens);
}

}  // namespace ptqbench
