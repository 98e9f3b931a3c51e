#include "tasks/models/bert.h"

#include <fmt/format.h>

#include <memory>

#include "methods/nn/transformer_layers.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

struct NamedSizes {
  const char* name;
  int64_t layers;
  int64_t hidden;
  int64_t heads;
};

const NamedSizes kSizes[] = {
    {"bert_tiny", 2, 128, 2},   {"bert_mini", 4, 256, 4},   {"bert_small", 4, 512, 8},
    {"bert_medium", 8, 512, 8}, {"bert_base", 12, 768, 12}, {"bert_large", 24, 1024, 16},
};

const NamedSizes& find_sizes(const std::string& name) {
  for (const auto& sizes : kSizes) {
    if (sizes.name == name) return sizes;
  }
  throw ConfigError("unknown model '" + name + "'" + valid_names_hint(name, bert_names()));
}

/// The model's inputs and the last hidden state.
struct Encoder {
  UnitGraph graph;
  ValueId hidden = -1;
};

std::shared_ptr<Layer> linear(const std::string& name, int64_t in, int64_t out, bool quantize) {
  return std::make_shared<QuantLinear>(name, in, out, Nonlinearity::kNone, quantize);
}

/// `hidden` through the attention part of one layer.
ValueId add_attention(UnitGraph& graph, const BertConfig& config, const std::string& name,
                      ValueId hidden, ValueId mask) {
  const std::string block = name + ".attention";
  const int64_t width = config.hidden_size;
  std::vector<ValueId> projected;
  for (const char* part : {"query", "key", "value"}) {
    const std::string full = block + ".self." + part;
    projected.push_back(graph.add(full, block, linear(full, width, width, true), {hidden}));
  }
  projected.push_back(mask);
  const auto context = graph.add(
      block + ".self", block,
      std::make_shared<SelfAttention>(block + ".self", config.num_attention_heads), projected);
  const std::string dense = block + ".output.dense";
  const auto output = graph.add(dense, block, linear(dense, width, width, false), {context});
  const std::string norm = block + ".output.LayerNorm";
  return graph.add(norm, block, std::make_shared<AddNorm>(norm, width, config.layer_norm_eps),
                   {output, hidden});
}

ValueId add_feed_forward(UnitGraph& graph, const BertConfig& config, const std::string& name,
                         ValueId hidden) {
  const std::string block = name + ".feed_forward";
  const int64_t width = config.hidden_size;
  const std::string up = name + ".intermediate.dense";
  const std::string down = name + ".output.dense";
  const std::string gelu = name + ".intermediate.gelu";
  auto x = graph.add(up, block, linear(up, width, config.intermediate_size, false), {hidden});
  x = graph.add(gelu, block, std::make_shared<Gelu>(gelu), {x});
  x = graph.add(down, block, linear(down, config.intermediate_size, width, false), {x});
  const std::string norm = name + ".output.LayerNorm";
  return graph.add(norm, block, std::make_shared<AddNorm>(norm, width, config.layer_norm_eps),
                   {x, hidden});
}

Encoder make_encoder(const BertConfig& config) {
  Encoder encoder;
  UnitGraph& graph = encoder.graph;
  const auto ids = graph.add_input("input_ids");
  const auto types = graph.add_input("token_type_ids");
  const auto mask = graph.add_input("attention_mask");
  graph.set_position_mask(mask);
  const EmbeddingSizes sizes{config.vocab_size, config.max_position_embeddings,
                             config.type_vocab_size, config.hidden_size};
  const std::string embeddings = "bert.embeddings";
  encoder.hidden = graph.add(
      embeddings, embeddings,
      std::make_shared<QuantEmbeddings>(embeddings, sizes, config.layer_norm_eps), {ids, types});
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const auto name = fmt::format("bert.encoder.layer.{}", i);
    encoder.hidden = add_attention(graph, config, name, encoder.hidden, mask);
    encoder.hidden = add_feed_forward(graph, config, name, encoder.hidden);
  }
  return encoder;
}

}  // namespace

std::vector<std::string> bert_names() {
  std::vector<std::string> names;
  for (const auto& sizes : kSizes) names.emplace_back(sizes.name);
  return names;
}

std::string bert_description(const std::string& name) {
  const auto& sizes = find_sizes(name);
  return fmt::format("BERT encoder of {} layers, {} wide, for texts (Devlin et al. 2019)",
                     sizes.layers, sizes.hidden);
}

BertConfig bert_config(const std::string& name) {
  const auto& sizes = find_sizes(name);
  BertConfig config;
  config.num_hidden_layers = sizes.layers;
  config.hidden_size = sizes.hidden;
  config.num_attention_heads = sizes.heads;
  config.intermediate_size = 4 * sizes.hidden;
  return config;
}

UnitGraph bert_for_sequences(const BertConfig& config, int64_t outputs) {
  auto [graph, hidden] = make_encoder(config);
  const std::string pooler = "bert.pooler";
  const int64_t width = config.hidden_size;
  auto x = graph.add(pooler + ".first", pooler, std::make_shared<FirstPosition>(), {hidden});
  x = graph.add(pooler + ".dense", pooler, linear(pooler + ".dense", width, width, false), {x});
  x = graph.add(pooler + ".tanh", pooler, std::make_shared<Tanh>(pooler + ".tanh"), {x});
  x = graph.add("classifier", "classifier", linear("classifier", width, outputs, false), {x});
  graph.set_outputs({x});
  return std::move(graph);
}

UnitGraph bert_for_spans(const BertConfig& config) {
  auto [graph, hidden] = make_encoder(config);
  const auto scores = graph.add("qa_outputs", "qa_outputs",
                                linear("qa_outputs", config.hidden_size, 2, false), {hidden});
  graph.set_outputs({scores});
  return std::move(graph);
}

}  // namespace ptqbench
