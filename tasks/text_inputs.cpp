#include "tasks/text_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/text/padded_batch.h"

namespace ptqbench {

WordPieceTokenizer make_tokenizer(const TaskOptions& options) {
  if (options.text.vocabulary.empty()) {
    throw ConfigError(fmt::format(
        "task {} needs text: {{vocabulary: FILE}}, the word pieces that its models read",
        options.name));
  }
  return {read_vocabulary(options.text.vocabulary),
          options.text.lower_case ? Casing::kLower : Casing::kKeep};
}

BertConfig text_model_config(const ModelSpec& spec, int64_t tokens, int64_t max_length) {
  const auto names = bert_names();
  if (std::count(names.begin(), names.end(), spec.name) == 0) {
    throw ConfigError(fmt::format("no model for texts is called '{}'{}", spec.name,
                                  valid_names_hint(spec.name, names)));
  }
  BertConfig config;
  if (!spec.config.empty()) {
    config = read_bert_config(spec.config);
  } else {
    config = bert_config(spec.name);
    config.vocab_size = tokens;
  }
  if (config.vocab_size < tokens) {
    throw ConfigError(fmt::format("the vocabulary has {} tokens, but {} says vocab_size {}", tokens,
                                  spec.config.string(), config.vocab_size));
  }
  if (config.max_position_embeddings < max_length) {
    throw ConfigError(fmt::format("max_length is {}, but model '{}' has {} positions", max_length,
                                  spec.name, config.max_position_embeddings));
  }
  return config;
}

std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths,
                                                    int64_t samples, int64_t batch_size) {
  const auto all = static_cast<int64_t>(lengths.size());
  std::vector<int64_t> order(static_cast<size_t>(samples == 0 ? all : std::min(samples, all)));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return lengths[static_cast<size_t>(a)] > lengths[static_cast<size_t>(b)];
  });
  std::vector<std::vector<int64_t>> batches;
  const auto size = static_cast<int64_t>(order.size());
  for (int64_t first = 0; first < size; first += batch_size) {
    batches.emplace_back(order.begin() + first, order.begin() + std::min(first + batch_size, size));
  }
  return batches;
}

Tensors batch_of(const Vocabulary& vocabulary, const std::vector<Encoding>& encodings,
                 const std::vector<int64_t>& indices) {
  std::vector<Encoding> chosen;
  for (const int64_t index : indices) chosen.push_back(encodings.at(static_cast<size_t>(index)));
  return padded_batch(vocabulary, chosen);
}

}  // namespace ptqbench
