#include "methods/nn/positions.h"

#include <torch/types.h>

namespace ptqbench {

at::Tensor real_positions(const at::Tensor& x, const at::Tensor& mask) {
  if (!mask.defined() || x.dim() < 3) return x;
  const auto by_position = x.dim() == 4 ? x.transpose(1, 2) : x;
  const auto indices = at::nonzero(mask.reshape({-1})).squeeze(1).to(x.device());
  return by_position.flatten(0, 1).index_select(0, indices);
}

}  // namespace ptqbench
