#include "methods/reconstruction/rounding_variable.h"

#include <torch/types.h>

namespace ptqbench {

RoundingVariable::RoundingVariable(WeightSite& site)
    : site_(site),
      rounding_(site.value, *site.quantizer),
      moments_(rounding_.alpha()),
      soft_(rounding_.soft_weight().requires_grad_(true)) {}

RoundingState RoundingVariable::update(const at::Tensor& gradient) const {
  const bool same_layout = gradient.strides() == soft_.strides();
  return {same_layout ? gradient : at::empty_like(soft_.detach()).copy_(gradient),
          rounding_.floor(),
          rounding_.alpha(),
          moments_.first,
          moments_.second,
          soft_.detach(),
          rounding_.quantizer()};
}

void RoundingVariable::append_state(std::vector<NamedTensor>& state) const {
  state.push_back({site_.name + ".alpha", rounding_.alpha()});
  state.push_back({site_.name + ".alpha.first_moment", moments_.first});
  state.push_back({site_.name + ".alpha.second_moment", moments_.second});
}

void RoundingVariable::refresh() { soft_.detach().copy_(rounding_.soft_weight()); }

}  // namespace ptqbench
