#pragma once

#include <ATen/core/Tensor.h>

#include "methods/kernels/activation_quant.h"
#include "methods/nn/sites.h"

namespace ptqbench {

/// One way of running a model. Layers ask the pass for the weight to compute with and hand it every
/// feature map that may be quantized; they know nothing of precision, calibration or learning
/// themselves.
class Pass {
 public:
  virtual ~Pass() = default;

  /// The weight to use, shape of `site.value`.
  virtual at::Tensor weight(const WeightSite& site) = 0;
  /// The site's non-linearity, then its quantizer if this pass quantizes there; shape of the terms.
  virtual at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) = 0;
  /// Batch normalisation of [N, C, H, W]; by default with the running statistics.
  virtual at::Tensor normalize(const BatchNorm& norm, const at::Tensor& x);
};

/// The network as trained: no quantizer is on.
class FullPrecisionPass : public Pass {
 public:
  at::Tensor weight(const WeightSite& site) override;
  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override;
};

/// Training of the full-precision network: batch statistics are used and the running ones updated.
class TrainingPass : public FullPrecisionPass {
 public:
  at::Tensor normalize(const BatchNorm& norm, const at::Tensor& x) override;
};

/// The quantized network; weights where they have been given a range, activations only if asked
/// for.
class QuantizedPass : public Pass {
 public:
  enum class Activations { kFullPrecision, kQuantized };
  explicit QuantizedPass(Activations activations) : activations_(activations) {}

  at::Tensor weight(const WeightSite& site) override;
  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override;

 private:
  Activations activations_;
};

}  // namespace ptqbench
