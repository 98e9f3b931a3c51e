#pragma once

#include <memory>
#include <string>
#include <vector>

#include "methods/nn/layers.h"

/// Layers of feature pyramids (Lin et al. 2017, arXiv:1612.03144) and of the heads on them.
namespace ptqbench {

struct PyramidConvOptions {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  /// The size of a map stays.
  int64_t kernel = 3;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  bool quantize_output = true;
  /// Of the normal distribution that a new weight comes from; 0: as He et al. 2015 (fan out).
  double initial_std = 0;
  double initial_bias = 0;
};

/// One convolution shared by all levels: maps [N, C_in, H_l, W_l] -> as many [N, C_out, H_l, W_l].
/// Its output has one quantizer: the levels are handed to the pass side by side, as one map
/// [N, C_out, 1, positions of all levels]. A single level stays as it is.
class PyramidConv : public Layer {
 public:
  /// Parameters are `name`.weight [C_out, C_in, k, k] and `name`.bias.
  PyramidConv(const std::string& name, const PyramidConvOptions& options);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override;
  std::vector<WeightSite*> weight_sites() override { return {&weight_}; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  std::vector<NamedTensor> parameters() const override;
  void move_to(const at::Device& device) override;

 private:
  std::string name_;
  PyramidConvOptions options_;
  WeightSite weight_;
  at::Tensor bias_;
  ActivationSite output_;
};

/// A map [N, C, H, W] and a coarser one, enlarged to its size by repeating the nearest position ->
/// their sum, optional quantizer.
class AddUpsampled : public Layer {
 public:
  explicit AddUpsampled(const std::string& name);

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "add upsampled"; }
  std::vector<ActivationSite*> activation_sites() override { return {&output_}; }
  const ActivationSite* output_site() const override { return &output_; }
  void move_to(const at::Device& device) override;

 private:
  ActivationSite output_;
};

/// ReLU of what has a quantizer already, whose grid it does not leave.
class Relu : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "relu"; }
};

/// A head's maps [N, A * K, H_l, W_l], K values for each of A anchors at a position ->
/// [N, sum of H_l * W_l * A, K], by level, row, column and anchor.
class JoinAnchors : public Layer {
 public:
  explicit JoinAnchors(int64_t values) : values_(values) {}

  Tensors forward(const Tensors& inputs, Pass& pass) const override;
  std::string kind() const override { return "join levels"; }

 private:
  int64_t values_;
};

}  // namespace ptqbench
