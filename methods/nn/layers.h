#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "methods/nn/named_tensor.h"
#include "methods/nn/pass.h"
#include "methods/nn/sites.h"

namespace ptqbench {

using Tensors = std::vector<at::Tensor>;

/// One operation of a model. Holds its parameters and the sites where quantizers may stand.
class Layer {
 public:
  virtual ~Layer() = default;

  virtual Tensors forward(const Tensors& inputs, Pass& pass) const = 0;
  /// A word for `describe`: "conv 3x3", "add".
  virtual std::string kind() const = 0;
  /// Sites in the order of execution; empty where the layer has none.
  virtual std::vector<WeightSite*> weight_sites() { return {}; }
  virtual std::vector<ActivationSite*> activation_sites() { return {}; }
  /// The site whose result is, as it is, what the layer gives; null where none is. A unit that ends
  /// there has its loss computed in the same pass.
  virtual const ActivationSite* output_site() const { return nullptr; }
  /// Trainable parameters, then buffers, under their checkpoint names.
  virtual std::vector<NamedTensor> parameters() const { return {}; }
  virtual std::vector<NamedTensor> buffers() const { return {}; }
  /// Folds batch normalisation, if any, into the weight and bias.
  virtual void fold_batch_norm() {}
  /// Moves everything that is in parameters(), buffers() and the sites.
  virtual void move_to(const at::Device& /*device*/) {}
};

/// Convolution, optional batch norm, non-linearity, optional output quantizer.
struct Conv2dOptions {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t groups = 1;
  bool bias = false;
  /// Parameter prefix of the batch norm that follows; empty: none.
  std::string batch_norm;
  double batch_norm_eps = 1e-5;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  bool quantize_output = true;
};

/// [N, C_in, H, W] -> [N, C_out, H', W'].
class QuantConv2d : public Layer {
 public:
  /// Parameters are `name`.weight [C_out, C_in / groups, k, k] and `name`.bias, drawn as He et al.
  /// 2015 do (fan out).
  QuantConv2d(const std::string& name, const Conv2dOptions& options);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override;
  std::vector<WeightSite*> weight_sites() override { return {&weight_}; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  std::vector<NamedTensor> parameters() const override;
  std::vector<NamedTensor> buffers() const override;
  void fold_batch_norm() override;
  void move_to(const at::Device& device) override;
  const Conv2dOptions& options() const { return options_; }

 private:
  std::string name_;
  Conv2dOptions options_;
  WeightSite weight_;
  at::Tensor bias_;
  std::optional<BatchNorm> norm_;
  ActivationSite output_;
};

/// [N, F_in] -> [N, F_out].
class QuantLinear : public Layer {
 public:
  QuantLinear(const std::string& name, int64_t in_features, int64_t out_features,
              Nonlinearity nonlinearity, bool quantize_output);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "linear"; }
  std::vector<WeightSite*> weight_sites() override { return {&weight_}; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  std::vector<NamedTensor> parameters() const override;
  void move_to(const at::Device& device) override;

 private:
  std::string name_;
  WeightSite weight_;
  at::Tensor bias_;
  ActivationSite output_;
};

/// Sum of two feature maps, non-linearity, optional quantizer.
class Add : public Layer {
 public:
  Add(const std::string& name, Nonlinearity nonlinearity, bool quantize_output);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "add"; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  void move_to(const at::Device& device) override;

 private:
  ActivationSite output_;
};

/// [N, C, H, W] -> [N, C], the mean over positions.
class GlobalAveragePool : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "average pool"; }
};

/// [N, C, H, W] -> [N, C, H', W'], the maximum over windows; outside the map counts as lowest.
class MaxPool : public Layer {
 public:
  MaxPool(int64_t kernel, int64_t stride, int64_t padding)
      : kernel_(kernel), stride_(stride), padding_(padding) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "max pool"; }

 private:
  int64_t kernel_;
  int64_t stride_;
  int64_t padding_;
};

/// The parameter-free shortcut of He et al. 2016 (arXiv:1512.03385, section 4.2, option A): every
/// `stride`-th position, new channels zero, as many before the old ones as after.
class PaddedShortcut : public Layer {
 public:
  PaddedShortcut(int64_t stride, int64_t new_channels)
      : stride_(stride), new_channels_(new_channels) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "padded shortcut"; }

 private:
  int64_t stride_;
  int64_t new_channels_;
};

}  // namespace ptqbench
