#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// Sizes of a BERT encoder, under the names of Hugging Face's config.json.
struct BertConfig {
  int64_t vocab_size = 30522;
  int64_t hidden_size = 768;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;
  int64_t max_position_embeddings = 512;
  int64_t type_vocab_size = 2;
  double layer_norm_eps = 1e-12;
};

/// Reads the sizes from a Hugging Face config.json; what it leaves out is as in BERT-base. Throws
/// IoError naming the file when it cannot be read, is no JSON object, has sizes out of range, or
/// asks for what is not built here (another activation than GELU, relative positions).
BertConfig read_bert_config(const std::filesystem::path& path);

/// Sizes with a name: "bert_tiny" to "bert_large" (Devlin et al. 2019, arXiv:1810.04805; the small
/// ones Turc et al. 2019, arXiv:1908.08962). Throws ConfigError on another.
BertConfig bert_config(const std::string& name);
std::vector<std::string> bert_names();
std::string bert_description(const std::string& name);

/// BERT (arXiv:1810.04805) with a linear layer on the pooled first position: ids, token types and
/// mask [N, L] each -> [N, outputs]. Parameters are named as Hugging Face's
/// BertForSequenceClassification names them; so in the next. Blocks: embeddings, of every layer the
/// attention part and the feed-forward part, pooler, classifier. First and last layers are not
/// marked: the publications quantize them as the others (QDrop, arXiv:2203.05740, section 4.2).
UnitGraph bert_for_sequences(const BertConfig& config, int64_t outputs);

/// The same with a linear layer on every position: -> [N, L, 2], scores of being the first and the
/// last token of an answer (BertForQuestionAnswering).
UnitGraph bert_for_spans(const BertConfig& config);

}  // namespace ptqbench
