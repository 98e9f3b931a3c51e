#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/text/answer_windows.h"

namespace ptqbench {

struct SpanOptions {
  /// Candidates for the start and for the end in each window, and spans that are returned.
  int64_t n_best = 20;
  /// Tokens of an answer.
  int64_t max_answer_length = 30;
};

/// A model's outputs for the tokens of a window; what follows them (padding) is not looked at.
struct SpanLogits {
  std::vector<float> start;
  std::vector<float> end;
};

struct ScoredSpan {
  /// The bytes [begin, end) of the context, as they stand there.
  std::string text;
  int64_t begin = 0;
  int64_t end = 0;
  /// The logits of its start and its end, added.
  double score = 0;
};

/// What the windows of a question say.
struct SpanPrediction {
  /// Best first; empty when no candidates make a span.
  std::vector<ScoredSpan> spans;
  /// The least sum of the two logits of [CLS] in any window: how sure the model is, where it is
  /// least so, that there is no answer.
  double null_score = 0;

  /// How much better no answer is than the best span; infinite without spans, and where both are
  /// minus infinity.
  double null_margin() const;
  /// The text of the best span, "" without spans: the answer of SQuAD 1.1.
  std::string best_text() const;
  /// The same, but "" also where `null_margin` is above the threshold: the answer of SQuAD 2.0.
  std::string best_text(double null_threshold) const;
};

/// The spans of highest score as google-research/bert's run_squad finds them: from one of the best
/// starts of a window to one of its best ends, inside the context, no longer than allowed, the
/// start in its window of maximum context. Earlier tokens and windows win between equals; NaN is
/// below all numbers. `logits`: one for each of the question's `windows`. Throws std::logic_error
/// when their numbers or lengths do not fit, ConfigError when an option is not positive.
SpanPrediction best_spans(const Question& question, const std::vector<AnswerWindow>& windows,
                          const std::vector<SpanLogits>& logits, const SpanOptions& options);

}  // namespace ptqbench
