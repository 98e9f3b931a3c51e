#include "methods/nn/layers.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <cmath>

#include "methods/nn/initial_values.h"

namespace ptqbench {
namespace {

ActivationSite make_site(const std::string& name, Nonlinearity nonlinearity, bool quantizable) {
  ActivationSite site;
  site.name = name;
  site.nonlinearity = nonlinearity;
  site.quantizable = quantizable;
  return site;
}

BatchNorm make_batch_norm(const Conv2dOptions& options) {
  const int64_t channels = options.out_channels;
  BatchNorm norm;
  norm.name = options.batch_norm;
  norm.eps = options.batch_norm_eps;
  norm.weight = at::ones({channels});
  norm.bias = at::zeros({channels});
  norm.running_mean = at::zeros({channels});
  norm.running_var = at::ones({channels});
  return norm;
}

}  // namespace

QuantConv2d::QuantConv2d(const std::string& name, const Conv2dOptions& options)
    : name_(name), options_(options) {
  const int64_t k = options.kernel;
  const double fan_out =
      static_cast<double>(options.out_channels * k * k) / static_cast<double>(options.groups);
  weight_.name = name + ".weight";
  weight_.value = normal_values({options.out_channels, options.in_channels / options.groups, k, k},
                                std::sqrt(2 / fan_out));
  if (options.bias) bias_ = at::zeros({options.out_channels});
  if (!options.batch_norm.empty()) norm_ = make_batch_norm(options);
  output_ = make_site(name, options.nonlinearity, options.quantize_output);
}

Tensors QuantConv2d::forward(const Tensors& inputs, Pass& pass) const {
  const auto& o = options_;
  auto y = at::conv2d(inputs.at(0), pass.weight(weight_), bias_, {o.stride, o.stride},
                      {o.padding, o.padding}, {1, 1}, o.groups);
  if (norm_) y = pass.normalize(*norm_, y);
  return {pass.activation(output_, {y})};
}

std::string QuantConv2d::kind() const {
  const bool depthwise = options_.groups > 1 && options_.groups == options_.in_channels;
  return fmt::format("{} {}x{}", depthwise ? "depthwise conv" : "conv", options_.kernel,
                     options_.kernel);
}

std::vector<NamedTensor> QuantConv2d::parameters() const {
  std::vector<NamedTensor> all = {{weight_.name, weight_.value}};
  if (bias_.defined()) all.push_back({name_ + ".bias", bias_});
  if (norm_) {
    all.push_back({norm_->name + ".weight", norm_->weight});
    all.push_back({norm_->name + ".bias", norm_->bias});
  }
  return all;
}

std::vector<NamedTensor> QuantConv2d::buffers() const {
  if (!norm_) return {};
  return {{norm_->name + ".running_mean", norm_->running_mean},
          {norm_->name + ".running_var", norm_->running_var}};
}

void QuantConv2d::fold_batch_norm() {
  if (!norm_) return;
  const auto factor = norm_->weight / at::sqrt(norm_->running_var + norm_->eps);
  weight_.value = (weight_.value * factor.reshape({-1, 1, 1, 1})).detach();
  const auto bias = bias_.defined() ? bias_ : at::zeros_like(factor);
  bias_ = ((bias - norm_->running_mean) * factor + norm_->bias).detach();
  norm_.reset();
}

void QuantConv2d::move_to(const at::Device& device) {
  weight_.move_to(device);
  ptqbench::move_to(bias_, device);
  if (norm_) norm_->move_to(device);
  output_.move_to(device);
}

QuantLinear::QuantLinear(const std::string& name, int64_t in_features, int64_t out_features,
                         Nonlinearity nonlinearity, bool quantize_output)
    : name_(name) {
  const double bound = 1 / std::sqrt(static_cast<double>(in_features));
  weight_.name = name + ".weight";
  weight_.value = uniform_values({out_features, in_features}, bound);
  bias_ = at::zeros({out_features});
  output_ = make_site(name, nonlinearity, quantize_output);
}

Tensors QuantLinear::forward(const Tensors& inputs, Pass& pass) const {
  return {pass.activation(output_, {at::linear(inputs.at(0), pass.weight(weight_), bias_)})};
}

std::vector<NamedTensor> QuantLinear::parameters() const {
  return {{weight_.name, weight_.value}, {name_ + ".bias", bias_}};
}

void QuantLinear::move_to(const at::Device& device) {
  weight_.move_to(device);
  ptqbench::move_to(bias_, device);
  output_.move_to(device);
}

Add::Add(const std::string& name, Nonlinearity nonlinearity, bool quantize_output)
    : output_(make_site(name, nonlinearity, quantize_output)) {}

Tensors Add::forward(const Tensors& inputs, Pass& pass) const {
  return {pass.activation(output_, {inputs.at(0), inputs.at(1)})};
}

void Add::move_to(const at::Device& device) { output_.move_to(device); }

Tensors GlobalAveragePool::forward(const Tensors& inputs, Pass& /*pass*/) const {
  return {inputs.at(0).mean({2, 3})};
}

Tensors MaxPool::forward(const Tensors& inputs, Pass& /*pass*/) const {
  return {
      at::max_pool2d(inputs.at(0), {kernel_, kernel_}, {stride_, stride_}, {padding_, padding_})};
}

Tensors PaddedShortcut::forward(const Tensors& inputs, Pass& /*pass*/) const {
  const auto& x = inputs.at(0);
  const auto subsampled = x.slice(2, 0, x.size(2), stride_).slice(3, 0, x.size(3), stride_);
  const int64_t before = new_channels_ / 2;
  return {at::constant_pad_nd(subsampled, {0, 0, 0, 0, before, new_channels_ - before}, 0)};
}

}  // namespace ptqbench
