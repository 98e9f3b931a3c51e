#include "tasks/text/best_span.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "support/error.h"

namespace ptqbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double ordered(float logit) { return std::isnan(logit) ? -kInfinity : logit; }

/// The tokens of highest logit, best first.
std::vector<int64_t> best_tokens(const std::vector<float>& logits, int64_t tokens, int64_t count) {
  std::vector<int64_t> best(static_cast<size_t>(tokens));
  std::iota(best.begin(), best.end(), 0);
  count = std::min(count, tokens);
  std::partial_sort(best.begin(), best.begin() + count, best.end(), [&](int64_t a, int64_t b) {
    const double left = ordered(logits[static_cast<size_t>(a)]);
    const double right = ordered(logits[static_cast<size_t>(b)]);
    return left != right ? left > right : a < b;
  });
  best.resize(static_cast<size_t>(count));
  return best;
}

bool is_answer(const AnswerWindow& window, int64_t first, int64_t last, int64_t max_length) {
  return first >= window.context_begin && last < window.context_end && last >= first &&
         last - first < max_length &&
         window.is_maximum_context[static_cast<size_t>(first - window.context_begin)];
}

void append_spans(const AnswerWindow& window, const SpanLogits& logits, const SpanOptions& options,
                  std::vector<ScoredSpan>& spans) {
  const int64_t tokens = window.encoding.size();
  const auto ends = best_tokens(logits.end, tokens, options.n_best);
  for (const int64_t first : best_tokens(logits.start, tokens, options.n_best)) {
    for (const int64_t last : ends) {
      if (!is_answer(window, first, last, options.max_answer_length)) continue;
      ScoredSpan span;
      span.begin = window.encoding.tokens[static_cast<size_t>(first)].begin;
      span.end = window.encoding.tokens[static_cast<size_t>(last)].end;
      span.score = ordered(logits.start[static_cast<size_t>(first)]) +
                   ordered(logits.end[static_cast<size_t>(last)]);
      spans.push_back(std::move(span));
    }
  }
}

void check(const std::vector<AnswerWindow>& windows, const std::vector<SpanLogits>& logits,
           const SpanOptions& options) {
  if (options.n_best < 1 || options.max_answer_length < 1)
    throw ConfigError("the number of best spans and the longest answer must be at least 1");
  if (windows.empty() || windows.size() != logits.size())
    throw std::logic_error("best_spans: not one pair of logits for each window");
  for (size_t i = 0; i < windows.size(); ++i) {
    const auto tokens = static_cast<size_t>(windows[i].encoding.size());
    if (logits[i].start.size() < tokens || logits[i].end.size() < tokens)
      throw std::logic_error("best_spans: fewer logits than tokens");
  }
}

}  // namespace

double SpanPrediction::null_margin() const {
  if (spans.empty()) return kInfinity;
  const double margin = null_score - spans.front().score;
  return std::isnan(margin) ? kInfinity : margin;
}

std::string SpanPrediction::best_text() const { return spans.empty() ? "" : spans.front().text; }

std::string SpanPrediction::best_text(double null_threshold) const {
  return null_margin() > null_threshold ? "" : best_text();
}

SpanPrediction best_spans(const Question& question, const std::vector<AnswerWindow>& windows,
                          const std::vector<SpanLogits>& logits, const SpanOptions& options) {
  check(windows, logits, options);
  SpanPrediction prediction;
  prediction.null_score = kInfinity;
  for (size_t i = 0; i < windows.size(); ++i) {
    const double null_score = ordered(logits[i].start[0]) + ordered(logits[i].end[0]);
    prediction.null_score = std::min(prediction.null_score, null_score);
    append_spans(windows[i], logits[i], options, prediction.spans);
  }
  auto& spans = prediction.spans;
  std::stable_sort(spans.begin(), spans.end(),
                   [](const ScoredSpan& a, const ScoredSpan& b) { return a.score > b.score; });
  spans.resize(std::min(spans.size(), static_cast<size_t>(options.n_best)));
  for (auto& span : spans) {
    span.text = question.context.substr(static_cast<size_t>(span.begin),
                                        static_cast<size_t>(span.end - span.begin));
  }
  return prediction;
}

}  // namespace ptqbench
