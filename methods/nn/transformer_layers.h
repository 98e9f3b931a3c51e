#pragma once

#include <string>
#include <vector>

#include "methods/nn/layers.h"

namespace ptqbench {

/// Normalisation of the last dimension (Ba et al. 2016), never quantized; parameters of shape [C].
struct LayerNorm {
  LayerNorm(const std::string& name, int64_t features, double eps);

  at::Tensor operator()(const at::Tensor& x) const;
  std::vector<NamedTensor> parameters() const;
  void move_to(const at::Device& device);

  std::string name;
  at::Tensor weight, bias;
  double eps;
};

/// Sizes of a transformer's embeddings.
struct EmbeddingSizes {
  int64_t vocabulary = 0;
  int64_t positions = 0;
  int64_t token_types = 0;
  int64_t features = 0;
};

/// Token ids [N, L] and token types [N, L] (int64) -> [N, L, C]: the sum of word, position and
/// token-type embeddings, layer norm, quantizer (Devlin et al. 2019, arXiv:1810.04805, figure 2).
class QuantEmbeddings : public Layer {
 public:
  /// Parameters are `name`.word_embeddings.weight [vocabulary, C], position_embeddings,
  /// token_type_embeddings and LayerNorm.
  QuantEmbeddings(const std::string& name, const EmbeddingSizes& sizes, double layer_norm_eps);

  /// Throws ConfigError on sequences longer than the table of positions and on ids outside the
  /// tables.
  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "embeddings"; }
  std::vector<WeightSite*> weight_sites() override { return {&words_, &positions_, &types_}; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  std::vector<NamedTensor> parameters() const override;
  void move_to(const at::Device& device) override;

 private:
  WeightSite words_, positions_, types_;
  LayerNorm norm_;
  ActivationSite output_;
};

/// Scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1): query, key, value
/// [N, L, C] and a mask [N, L] (0: no key) -> [N, L, C]. Quantizers stand behind the softmax and
/// at the output; those of query, key and value are with the layers that make them.
class SelfAttention : public Layer {
 public:
  SelfAttention(const std::string& name, int64_t heads);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "attention"; }
  std::vector<ActivationSite*> activation_sites() override { return {&probabilities_, &output_}; }
  void move_to(const at::Device& device) override;

 private:
  int64_t heads_;
  ActivationSite probabilities_, output_;
};

/// The sum of two [N, L, C], layer norm, quantizer.
class AddNorm : public Layer {
 public:
  AddNorm(const std::string& name, int64_t features, double layer_norm_eps);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "add, layer norm"; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  std::vector<NamedTensor> parameters() const override { return norm_.parameters(); }
  void move_to(const at::Device& device) override;

 private:
  LayerNorm norm_;
  ActivationSite output_;
};

/// x Phi(x), the exact form (Hendrycks and Gimpel 2016, arXiv:1606.08415), then a quantizer.
class Gelu : public Layer {
 public:
  explicit Gelu(const std::string& name);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "gelu"; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  void move_to(const at::Device& device) override { output_.move_to(device); }

 private:
  ActivationSite output_;
};

/// Hyperbolic tangent, then a quantizer.
class Tanh : public Layer {
 public:
  explicit Tanh(const std::string& name);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "tanh"; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  void move_to(const at::Device& device) override { output_.move_to(device); }

 private:
  ActivationSite output_;
};

/// [N, L, C] -> [N, C], the first position.
class FirstPosition : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "first position"; }
};

}  // namespace ptqbench
