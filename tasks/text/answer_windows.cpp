#include "tasks/text/answer_windows.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/error.h"

namespace ptqbench {
namespace {

constexpr int64_t kSpecialTokens = 3;

void check(const WindowOptions& options) {
  if (options.stride < 1 || options.max_query_length < 1) {
    throw ConfigError(fmt::format("stride ({}) and longest question ({}) must be at least 1 token",
                                  options.stride, options.max_query_length));
  }
  if (options.max_length <= options.max_query_length + kSpecialTokens) {
    throw ConfigError(fmt::format(
        "a maximum length of {} tokens leaves no room for context: questions have up to {}, and "
        "there are {} special tokens",
        options.max_length, options.max_query_length, kSpecialTokens));
  }
}

/// Tokens [begin, end) of the context.
struct Stretch {
  int64_t begin = 0;
  int64_t end = 0;
};

std::vector<Stretch> stretches(int64_t tokens, int64_t room, int64_t stride) {
  std::vector<Stretch> all;
  for (int64_t begin = 0;; begin += std::min(stride, room)) {
    all.push_back({begin, std::min(begin + room, tokens)});
    if (all.back().end == tokens) return all;
  }
}

/// The stretch that shows most of both sides of a token; what it shows in all decides between equal
/// ones, then their order.
size_t maximum_context(const std::vector<Stretch>& all, int64_t token) {
  constexpr double kLengthWeight = 0.01;
  size_t best = 0;
  double best_score = -1;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& [begin, end] = all[i];
    if (token < begin || token >= end) continue;
    const double score = static_cast<double>(std::min(token - begin, end - 1 - token)) +
                         kLengthWeight * static_cast<double>(end - begin);
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

std::vector<AnswerWindow> answer_windows(const WordPieceTokenizer& tokenizer,
                                         const Question& question, const WindowOptions& options) {
  check(options);
  auto query = tokenizer.tokenize(question.question);
  if (static_cast<int64_t>(query.size()) > options.max_query_length)
    query.resize(static_cast<size_t>(options.max_query_length));
  const auto context = tokenizer.tokenize(question.context);
  const auto query_size = static_cast<int64_t>(query.size());
  const auto all = stretches(static_cast<int64_t>(context.size()),
                             options.max_length - query_size - kSpecialTokens, options.stride);
  std::vector<AnswerWindow> windows;
  for (const auto& [begin, end] : all) {
    const auto first = context.begin() + begin;
    const auto last = context.begin() + end;
    AnswerWindow window;
    window.encoding = with_special_tokens(tokenizer.vocabulary(), query, {first, last});
    window.context_begin = query_size + 2;
    window.context_end = window.context_begin + end - begin;
    window.byte_begin = begin == 0 ? 0 : (first - 1)->end;
    window.byte_end =
        last == context.end() ? static_cast<int64_t>(question.context.size()) : last->begin;
    window.is_maximum_context.resize(static_cast<size_t>(end - begin));
    windows.push_back(std::move(window));
  }
  for (int64_t token = 0; token < static_cast<int64_t>(context.size()); ++token) {
    const size_t best = maximum_context(all, token);
    windows[best].is_maximum_context[static_cast<size_t>(token - all[best].begin)] = true;
  }
  return windows;
}

TokenSpan answer_target(const AnswerWindow& window, const Question& question) {
  if (question.answers.empty()) return {};
  const auto& answer = question.answers.front();
  const int64_t answer_end = answer.start + static_cast<int64_t>(answer.text.size());
  if (answer.start < window.byte_begin || answer_end > window.byte_end) return {};
  TokenSpan span;
  for (int64_t i = window.context_begin; i < window.context_end; ++i) {
    const auto& token = window.encoding.tokens[static_cast<size_t>(i)];
    if (token.end <= answer.start || token.begin >= answer_end) continue;
    if (span.first == 0) span.first = i;
    span.last = i;
  }
  return span;
}

}  // namespace ptqbench
