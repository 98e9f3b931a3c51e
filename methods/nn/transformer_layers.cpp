#include "methods/nn/transformer_layers.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "methods/nn/initial_values.h"
#include "support/error.h"

namespace ptqbench {
namespace {

/// Standard deviation that BERT's tables start from.
constexpr double kInitialDeviation = 0.02;

WeightSite make_table(const std::string& name, int64_t rows, int64_t features) {
  WeightSite site;
  site.name = name + ".weight";
  site.role = WeightRole::kEmbedding;
  site.value = normal_values({rows, features}, kInitialDeviation);
  return site;
}

/// at::embedding reads whatever lies at a wrong index.
void check_ids(const at::Tensor& ids, const WeightSite& table) {
  if (ids.numel() == 0) return;
  const auto rows = table.value.size(0);
  const auto [least, greatest] = at::aminmax(ids);
  if (least.item<int64_t>() >= 0 && greatest.item<int64_t>() < rows) return;
  throw ConfigError(fmt::format("{} has {} rows, but the input has ids from {} to {}", table.name,
                                rows, least.item<int64_t>(), greatest.item<int64_t>()));
}

at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

}  // namespace

LayerNorm::LayerNorm(const std::string& name, int64_t features, double eps)
    : name(name), weight(at::ones({features})), bias(at::zeros({features})), eps(eps) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, eps);
}

std::vector<NamedTensor> LayerNorm::parameters() const {
  return {{name + ".weight", weight}, {name + ".bias", bias}};
}

void LayerNorm::move_to(const at::Device& device) {
  ptqbench::move_to(weight, device);
  ptqbench::move_to(bias, device);
}

QuantEmbeddings::QuantEmbeddings(const std::string& name, const EmbeddingSizes& sizes,
                                 double layer_norm_eps)
    : words_(make_table(name + ".word_embeddings", sizes.vocabulary, sizes.features)),
      positions_(make_table(name + ".position_embeddings", sizes.positions, sizes.features)),
      types_(make_table(name + ".token_type_embeddings", sizes.token_types, sizes.features)),
      norm_(name + ".LayerNorm", sizes.features, layer_norm_eps),
      output_(quantized_site(name)) {}

Tensors QuantEmbeddings::forward(const Tensors& inputs, Pass& pass) const {
  const auto& ids = inputs.at(0);
  const auto& types = inputs.at(1);
  const int64_t length = ids.size(1);
  if (length > positions_.value.size(0)) {
    throw ConfigError(fmt::format("{} has {} positions, but the input has sequences of {} tokens",
                                  positions_.name, positions_.value.size(0), length));
  }
  check_ids(ids, words_);
  check_ids(types, types_);
  const auto words = at::embedding(pass.weight(words_), ids);
  const auto positions = pass.weight(positions_).slice(0, 0, length);
  const auto sum = words + positions + at::embedding(pass.weight(types_), types);
  return {pass.activation(output_, {norm_(sum)})};
}

std::vector<NamedTensor> QuantEmbeddings::parameters() const {
  std::vector<NamedTensor> all;
  for (const auto* table : {&words_, &positions_, &types_})
    all.push_back({table->name, table->value});
  for (auto& parameter : norm_.parameters()) all.push_back(std::move(parameter));
  return all;
}

void QuantEmbeddings::move_to(const at::Device& device) {
  for (auto* table : {&words_, &positions_, &types_}) table->move_to(device);
  norm_.move_to(device);
  output_.move_to(device);
}

SelfAttention::SelfAttention(const std::string& name, int64_t heads)
    : heads_(heads),
      probabilities_(quantized_site(name + ".probabilities")),
      output_(quantized_site(name)) {}

Tensors SelfAttention::forward(const Tensors& inputs, Pass& pass) const {
  const auto query = split_heads(inputs.at(0), heads_);
  const auto key = split_heads(inputs.at(1), heads_);
  const auto value = split_heads(inputs.at(2), heads_);
  const auto no_key = (inputs.at(3) == 0).reshape({-1, 1, 1, inputs.at(3).size(1)});
  const double scale = 1 / std::sqrt(static_cast<double>(query.size(3)));
  const auto scores = at::matmul(query * scale, key.transpose(2, 3))
                          .masked_fill(no_key, std::numeric_limits<float>::lowest());
  const auto probabilities = pass.activation(probabilities_, {at::softmax(scores, -1)});
  const auto context =
      at::matmul(probabilities, value).transpose(1, 2).reshape(inputs.at(0).sizes());
  return {pass.activation(output_, {context})};
}

void SelfAttention::move_to(const at::Device& device) {
  probabilities_.move_to(device);
  output_.move_to(device);
}

AddNorm::AddNorm(const std::string& name, int64_t features, double layer_norm_eps)
    : norm_(name, features, layer_norm_eps), output_(quantized_site(name)) {}

Tensors AddNorm::forward(const Tensors& inputs, Pass& pass) const {
  return {pass.activation(output_, {norm_(inputs.at(0) + inputs.at(1))})};
}

void AddNorm::move_to(const at::Device& device) {
  norm_.move_to(device);
  output_.move_to(device);
}

Gelu::Gelu(const std::string& name) : output_(quantized_site(name)) {}

Tensors Gelu::forward(const Tensors& inputs, Pass& pass) const {
  return {pass.activation(output_, {at::gelu(inputs.at(0))})};
}

Tanh::Tanh(const std::string& name) : output_(quantized_site(name)) {}

Tensors Tanh::forward(const Tensors& inputs, Pass& pass) const {
  return {pass.activation(output_, {at::tanh(inputs.at(0))})};
}

Tensors FirstPosition::forward(const Tensors& inputs, Pass& /*pass*/) const {
  return {inputs.at(0).select(1, 0)};
}

}  // namespace ptqbench
