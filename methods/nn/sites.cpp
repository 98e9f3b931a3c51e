#include "methods/nn/sites.h"

#include <torch/types.h>

namespace ptqbench {
namespace {

void move_quantizer(std::optional<AffineQuantizer>& quantizer, const at::Device& device) {
  if (!quantizer) return;
  move_to(quantizer->scale, device);
  move_to(quantizer->zero_point, device);
}

}  // namespace

void move_to(at::Tensor& tensor, const at::Device& device) {
  if (tensor.defined()) tensor = tensor.to(device);
}

void WeightSite::move_to(const at::Device& device) {
  ptqbench::move_to(value, device);
  ptqbench::move_to(quantized, device);
  move_quantizer(quantizer, device);
}

void ActivationSite::move_to(const at::Device& device) { move_quantizer(quantizer, device); }

void BatchNorm::move_to(const at::Device& device) {
  for (auto* tensor : {&weight, &bias, &running_mean, &running_var})
    ptqbench::move_to(*tensor, device);
}

}  // namespace ptqbench
