#include "methods/nn/pass.h"

#include <torch/types.h>

#include "methods/kernels/activation_quant.h"

namespace ptqbench {

at::Tensor apply_nonlinearity(Nonlinearity nonlinearity, const at::Tensor& x) {
  switch (nonlinearity) {
    case Nonlinearity::kRelu:
      return at::relu(x);
    case Nonlinearity::kRelu6:
      return at::hardtanh(x, 0, 6);
    case Nonlinearity::kNone:
      break;
  }
  return x;
}

at::Tensor Pass::normalize(const BatchNorm& norm, const at::Tensor& x) {
  return at::batch_norm(x, norm.weight, norm.bias, norm.running_mean, norm.running_var,
                        /*training=*/false, norm.momentum, norm.eps, /*cudnn_enabled=*/true);
}

at::Tensor FullPrecisionPass::weight(const WeightSite& site) { return site.value; }

at::Tensor FullPrecisionPass::activation(const ActivationSite& site, const ActivationTerms& terms) {
  return activate(terms, site.nonlinearity);
}

at::Tensor TrainingPass::normalize(const BatchNorm& norm, const at::Tensor& x) {
  return at::batch_norm(x, norm.weight, norm.bias, norm.running_mean, norm.running_var,
                        /*training=*/true, norm.momentum, norm.eps, /*cudnn_enabled=*/true);
}

at::Tensor QuantizedPass::weight(const WeightSite& site) {
  return site.quantized.defined() ? site.quantized : site.value;
}

at::Tensor QuantizedPass::activation(const ActivationSite& site, const ActivationTerms& terms) {
  if (activations_ == Activations::kFullPrecision || !site.quantizer) {
    return activate(terms, site.nonlinearity);
  }
  return activate_and_quantize(terms, site.nonlinearity, *site.quantizer);
}

}  // namespace ptqbench
