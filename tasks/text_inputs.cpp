#include "tasks/text_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "support/error.h"
#include "support/nearest_name.h"
#include "tasks/checkpoint/content_hash.h"
#include "tasks/data/json_element.h"
#include "tasks/data/json_file.h"
#include "tasks/text/padded_batch.h"

namespace ptqbench {

namespace {

constexpr size_t kMaxTokenizerBytes = size_t{1} << 28;
constexpr int64_t kMostWordCharacters = 1000000;

WordPieceRules rules_of_options(const TextOptions& options) {
  return options.tokenizer == "google" ? WordPieceRules::google() : WordPieceRules::hugging_face();
}

/// The rules of the tokenizer.json that checkpoints of Hugging Face come with, where there is one.
WordPieceRules rules_of_files(const TextOptions& options) {
  auto rules = rules_of_options(options);
  const auto path = std::filesystem::path(options.vocabulary).parent_path() / "tokenizer.json";
  std::error_code ignored;
  if (options.tokenizer == "google" || !std::filesystem::exists(path, ignored)) return rules;
  const auto json = read_json_file(path, kMaxTokenizerBytes);
  const auto model = JsonElement(json, "", path).member("model");
  if (model.has("type") && model.member("type").text() != "WordPiece") {
    model.member("type").fail(fmt::format("'{}', expected 'WordPiece', the tokenizer of BERT",
                                          model.member("type").text()));
  }
  if (!model.has("max_input_chars_per_word")) return rules;
  const auto longest = model.member("max_input_chars_per_word");
  rules.longest_word = longest.integer();
  if (rules.longest_word < 1 || rules.longest_word > kMostWordCharacters)
    longest.fail(fmt::format("{}, expected 1 to {}", rules.longest_word, kMostWordCharacters));
  return rules;
}

}  // namespace

WordPieceTokenizer make_tokenizer(const TaskOptions& options) {
  if (options.text.vocabulary.empty()) {
    throw ConfigError(fmt::format(
        "task {} needs text: {{vocabulary: FILE}}, the word pieces that its models read",
        options.name));
  }
  return {read_vocabulary(options.text.vocabulary),
          options.text.lower_case ? Casing::kLower : Casing::kKeep, rules_of_files(options.text)};
}

std::string tokenizer_key(const TaskOptions& options, const WordPieceTokenizer& tokenizer) {
  auto key = sha256_file(std::filesystem::path(options.text.vocabulary)) + "\n";
  const int64_t longest = tokenizer.rules().longest_word;
  if (longest != rules_of_options(options.text).longest_word)
    key += fmt::format("longest_word={}\n", longest);
  return key;
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
