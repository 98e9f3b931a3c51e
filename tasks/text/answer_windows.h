#pragma once

#include <cstdint>
#include <vector>

#include "tasks/text/encode.h"
#include "tasks/text/question_dataset.h"

namespace ptqbench {

struct WindowOptions {
  /// Tokens of a window, special ones included.
  int64_t max_length = 384;
  /// Tokens from the beginning of a window to that of the next one, at most.
  int64_t stride = 128;
  /// Tokens of the question; what is longer is cut off.
  int64_t max_query_length = 64;
};

/// A question with a stretch of its context: [CLS] question [SEP] stretch [SEP].
struct AnswerWindow {
  /// Bytes of the tokens of the stretch count in the whole context.
  Encoding encoding;
  /// The tokens [context_begin, context_end) of `encoding` are the stretch.
  int64_t context_begin = 0;
  int64_t context_end = 0;
  /// The bytes of the context between the tokens before and behind the stretch.
  int64_t byte_begin = 0;
  int64_t byte_end = 0;
  /// For each token of the stretch: whether no other window shows more of what is on both sides of
  /// it. Each token of the context has exactly one such window.
  std::vector<bool> is_maximum_context;
};

/// Windows over the context as google-research/bert's run_squad makes them (Devlin et al., 2018,
/// arXiv 1810.04805), in order; at least one. Windows go on by `stride` or by their own room, if
/// that is less, so no token is left out. Throws ConfigError when an option is not positive, or
/// `max_length` leaves no room for context beside the longest question.
std::vector<AnswerWindow> answer_windows(const WordPieceTokenizer& tokenizer,
                                         const Question& question, const WindowOptions& options);

/// Tokens of an encoding, both included.
struct TokenSpan {
  int64_t first = 0;
  int64_t last = 0;
};

/// The tokens in which the question's first answer stands, for training: from the first to the last
/// that share a byte with it. 0 and 0, which is [CLS], when the question has no answer, or the
/// window has not all of it.
TokenSpan answer_target(const AnswerWindow& window, const Question& question);

}  // namespace ptqbench
