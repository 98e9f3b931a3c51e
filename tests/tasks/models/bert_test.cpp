#include "tasks/models/bert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "methods/nn/bit_policy.h"
#include "methods/nn/positions.h"
#include "methods/reconstruction/quantize.h"
#include "methods/reconstruction/streams.h"
#include "support/error.h"
#include "tasks/checkpoint/checkpoint.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/files.h"
#include "tests/helpers/generated_parameters.h"
#include "tests/helpers/golden.h"

namespace ptqbench {
namespace {

using ::testing::HasSubstr;

BertConfig golden_config(const testing::GoldenGroup& golden) {
  const auto size = [&](const char* name) { return static_cast<int64_t>(golden.number(name)); };
  BertConfig config;
  config.vocab_size = size("vocab_size");
  config.hidden_size = size("hidden_size");
  config.num_hidden_layers = size("num_hidden_layers");
  config.num_attention_heads = size("num_attention_heads");
  config.intermediate_size = size("intermediate_size");
  config.max_position_embeddings = size("max_position_embeddings");
  config.type_vocab_size = size("type_vocab_size");
  config.layer_norm_eps = golden.number("layer_norm_eps");
  return config;
}

Tensors golden_inputs(const testing::GoldenGroup& golden) {
  return {golden.tensor("input_ids").to(at::kLong), golden.tensor("token_type_ids").to(at::kLong),
          golden.tensor("attention_mask").to(at::kLong)};
}

/// Every value that leaves a block, by the block's name.
std::map<std::string, at::Tensor> block_outputs(const UnitGraph& model, const Tensors& inputs) {
  const torch::NoGradGuard no_grad;
  Stream stream(model, inputs);
  FullPrecisionPass pass;
  std::map<std::string, at::Tensor> outputs;
  for (const Unit& unit : model.units(Granularity::kBlock)) {
    const auto made = model.forward(unit, stream.inputs(unit), pass);
    outputs[unit.name] = made.at(0);
    stream.push(unit, made);
  }
  return outputs;
}

TEST(Bert, HiddenStatesAndLogitsEqualTheReference) {
  const auto golden = testing::GoldenGroup::open("bert.h5");
  const auto inputs = golden_inputs(golden);
  const auto& mask = inputs[2];
  auto model = bert_for_sequences(golden_config(golden), 3);
  testing::fill_generated(model.parameters());
  const auto outputs = block_outputs(model, inputs);
  const auto expect_hidden = [&](const std::string& block, const std::string& name) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(testing::close(real_positions(outputs.at(block), mask),
                               real_positions(golden.tensor(name), mask), 1e-4, 1e-5));
  };
  expect_hidden("bert.embeddings", "hidden_0");
  for (int layer = 0; layer < 3; ++layer) {
    expect_hidden("bert.encoder.layer." + std::to_string(layer) + ".feed_forward",
                  "hidden_" + std::to_string(layer + 1));
  }
  EXPECT_TRUE(testing::close(outputs.at("bert.pooler"), golden.tensor("pooled"), 1e-4, 1e-5));
  EXPECT_TRUE(
      testing::close(outputs.at("classifier"), golden.tensor("classifier_logits"), 1e-4, 1e-5));
}

TEST(Bert, SpanScoresEqualTheReference) {
  const auto golden = testing::GoldenGroup::open("bert.h5");
  const auto inputs = golden_inputs(golden);
  auto model = bert_for_spans(golden_config(golden));
  testing::fill_generated(model.parameters());
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto scores = model.forward(inputs, pass).at(0);
  EXPECT_TRUE(testing::close(real_positions(scores, inputs[2]),
                             real_positions(golden.tensor("qa_logits"), inputs[2]), 1e-4, 1e-5));
}

BertConfig small_config();

Checkpoint checkpoint_of(const UnitGraph& model) {
  Checkpoint checkpoint;
  for (const auto& [name, value] : model.parameters())
    checkpoint.tensors.push_back({name, testing::generated_values(name, value.sizes().vec())});
  return checkpoint;
}

TEST(Bert, LoadsWhatHuggingFaceAddsToItsFiles) {
  const auto model = bert_for_spans(small_config());
  auto checkpoint = checkpoint_of(model);
  checkpoint.tensors.push_back({"bert.embeddings.position_ids", at::arange(12).unsqueeze(0)});
  checkpoint.tensors.push_back({"bert.pooler.dense.weight", at::zeros({16, 16})});
  checkpoint.tensors.push_back({"cls.seq_relationship.bias", at::zeros({2})});
  EXPECT_NO_THROW(assign_parameters(checkpoint, model.parameters()));
  checkpoint.tensors.push_back({"bert.encoder.layer.1.output.dense.bias", at::zeros({16})});
  EXPECT_THROW(assign_parameters(checkpoint, model.parameters()), IoError) << "another layer";
  const auto classifier = bert_for_sequences(small_config(), 3);
  EXPECT_THROW(assign_parameters(checkpoint_of(model), classifier.parameters()), IoError)
      << "the pooler that a classifier needs";
}

TEST(Bert, LoadsLayerNormsUnderTensorFlowsNames) {
  const auto model = bert_for_spans(small_config());
  auto checkpoint = checkpoint_of(model);
  for (auto& [name, value] : checkpoint.tensors) {
    const auto norm = name.find("LayerNorm.");
    if (norm == std::string::npos) continue;
    name = name.substr(0, norm) + (name[norm + 10] == 'w' ? "LayerNorm.gamma" : "LayerNorm.beta");
  }
  assign_parameters(checkpoint, model.parameters());
  const auto parameters = model.parameters();
  for (size_t i = 0; i < parameters.size(); ++i)
    EXPECT_TRUE(at::equal(parameters[i].value, checkpoint.tensors[i].value)) << parameters[i].name;
}

BertConfig small_config() {
  BertConfig config;
  config.vocab_size = 50;
  config.hidden_size = 16;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 32;
  config.max_position_embeddings = 12;
  return config;
}

TEST(Bert, EmbeddingsHaveBitsOfTheirOwnAndNoLayerIsAnException) {
  auto model = bert_for_sequences(small_config(), 3);
  assign_bits(model, {2, 4, 8}, {"qdrop"});
  for (const WeightSite* site : model.weight_sites())
    EXPECT_EQ(site->bits, site->role == WeightRole::kEmbedding ? 8 : 2) << site->name;
  assign_bits(model, {2, 4}, {"qdrop"});
  for (const WeightSite* site : model.weight_sites()) EXPECT_EQ(site->bits, 2) << site->name;
  // Embeddings, query, key, value, probabilities, context, two layer norms, GELU and tanh.
  int64_t quantized = 0;
  for (const ActivationSite* site : model.activation_sites()) quantized += site->bits == 4 ? 1 : 0;
  EXPECT_EQ(quantized, 10);
}

/// A small model quantized on six sequences of 4 to 10 tokens, padded with `padding`.
UnitGraph quantized_with(int64_t padding, const std::string& method) {
  at::manual_seed(5);
  auto model = bert_for_sequences(small_config(), 3);
  const auto lengths = at::tensor({4, 10, 6, 5, 10, 7}, at::kLong);
  const auto mask = (at::arange(10).unsqueeze(0) < lengths.unsqueeze(1)).to(at::kLong);
  auto ids = at::randint(1, 50, {6, 10}, at::kLong);
  ids = at::where(mask == 1, ids, at::full_like(ids, padding));
  QuantizationRequest request;
  request.bits = {2, 4, 8};
  request.method = method;
  request.seed = 1;
  request.settings.iterations = 20;
  request.settings.batch_size = 3;
  request.settings.step_iterations = 10;
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  LocalGroup group;
  quantize_model(
      model, request, {ids, at::zeros_like(ids), mask},
      [](const Phase&, const Unit&, size_t, size_t) {}, storage, checkpoints, group);
  return model;
}

class BertPadding : public ::testing::TestWithParam<const char*> {};

TEST_P(BertPadding, DecidesNeitherRangesNorWhatIsLearned) {
  const auto one = quantized_with(0, GetParam());
  const auto other = quantized_with(49, GetParam());
  const auto sites = one.activation_sites();
  const auto other_sites = other.activation_sites();
  for (size_t i = 0; i < sites.size(); ++i) {
    if (!sites[i]->quantizer) continue;
    EXPECT_TRUE(at::equal(sites[i]->quantizer->scale, other_sites[i]->quantizer->scale))
        << sites[i]->name;
  }
  const auto weights = one.weight_sites();
  const auto other_weights = other.weight_sites();
  for (size_t i = 0; i < weights.size(); ++i)
    EXPECT_TRUE(at::equal(weights[i]->quantized, other_weights[i]->quantized)) << weights[i]->name;
}

INSTANTIATE_TEST_SUITE_P(Methods, BertPadding,
                         ::testing::Values("nearest", "adaround", "brecq", "qdrop"));

std::string config_problem(const std::string& text) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  std::ofstream(path) << text;
  try {
    read_bert_config(path);
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

TEST(BertConfig, IsReadFromHuggingFaceFiles) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "config.json";
  std::ofstream(path) << R"({"model_type": "bert", "hidden_act": "gelu", "hidden_size": 128,
    "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 512,
    "layer_norm_eps": 1e-10, "vocab_size": 8000, "initializer_range": 0.02})";
  const auto config = read_bert_config(path);
  EXPECT_EQ(config.hidden_size, 128);
  EXPECT_EQ(config.num_attention_heads, 2);
  EXPECT_EQ(config.vocab_size, 8000);
  EXPECT_EQ(config.max_position_embeddings, 512);
  EXPECT_EQ(config.layer_norm_eps, 1e-10);
}

TEST(BertConfig, SaysWhatIsWrong) {
  EXPECT_THAT(config_problem("[]"), HasSubstr("holds no JSON object"));
  EXPECT_THAT(config_problem("{"), HasSubstr("holds no JSON object"));
  EXPECT_THAT(config_problem(R"({"hidden_act": "relu"})"),
              HasSubstr("hidden_act is \"relu\", but only \"gelu\" is built here"));
  EXPECT_THAT(config_problem(R"({"hidden_size": "x"})"), HasSubstr("hidden_size is \"x\""));
  EXPECT_THAT(config_problem(R"({"hidden_size": 100})"),
              HasSubstr("hidden_size 100 is no multiple of num_attention_heads 12"));
  EXPECT_THROW(read_bert_config("/nowhere/config.json"), IoError);
}

TEST(Bert, RefusesInputsThatItsTablesDoNotHold) {
  const auto model = bert_for_sequences(small_config(), 3);
  const torch::NoGradGuard no_grad;
  FullPrecisionPass pass;
  const auto run = [&](int64_t length, int64_t id) {
    const auto ids = at::full({1, length}, id, at::kLong);
    model.forward({ids, at::zeros_like(ids), at::ones_like(ids)}, pass);
  };
  EXPECT_NO_THROW(run(12, 49));
  EXPECT_THROW(run(13, 1), ConfigError);
  EXPECT_THROW(run(3, 50), ConfigError);
}

}  // namespace
}  // namespace ptqbench
