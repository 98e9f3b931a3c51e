#pragma once

#include <memory>
#include <string>

#include "methods/nn/unit_graph.h"
#include "tasks/models/bert.h"
#include "tasks/task_options.h"
#include "tasks/text/encode.h"
#include "tasks/text/wordpiece.h"

namespace ptqbench {

/// The tokenizer that the options name. Where a Hugging Face tokenizer.json lies beside the
/// vocabulary, the length of words is the one that it says. Throws ConfigError when the options
/// name no vocabulary, IoError and ConfigError as read_vocabulary, IoError for a tokenizer.json
/// that cannot be read or is of another kind of tokenizer.
WordPieceTokenizer make_tokenizer(const TaskOptions& options);

/// What the tokenizer adds to a task's data key: its vocabulary, and rules that differ from those
/// of `text.tokenizer`.
std::string tokenizer_key(const TaskOptions& options, const WordPieceTokenizer& tokenizer);

/// The sizes of a BERT model for a vocabulary of `tokens` tokens and sequences of up to
/// `max_length`: those of its config.json, else those of its name with a table as large as the
/// vocabulary. Throws ConfigError when the model is none for texts, and when the vocabulary or the
/// sequences do not fit into its tables.
BertConfig text_model_config(const ModelSpec& spec, int64_t tokens, int64_t max_length);

/// The first `samples` (0: all) of 0..population-1 in batches of samples of about the same length,
/// so that little padding is needed: the longest first, equal lengths in order.
std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths,
                                                    int64_t samples, int64_t batch_size);

/// The inputs of some of the encodings as one batch.
Tensors batch_of(const Vocabulary& vocabulary, const std::vector<Encoding>& encodings,
                 const std::vector<int64_t>& indices);

}  // namespace ptqbench
