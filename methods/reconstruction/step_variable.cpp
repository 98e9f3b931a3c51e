#include "methods/reconstruction/step_variable.h"

#include <torch/types.h>

namespace ptqbench {

StepVariable::StepVariable(ActivationSite& site, bool learn_step, bool learn_zero_point)
    : site_(site),
      quantizer_{site.quantizer->scale.clone(), site.quantizer->zero_point.clone(),
                 site.quantizer->range},
      scale_moments_(quantizer_.scale),
      zero_point_moments_(quantizer_.zero_point) {
  quantizer_.scale.requires_grad_(learn_step);
  quantizer_.zero_point.requires_grad_(learn_zero_point);
}

std::vector<at::Tensor> StepVariable::learned() const {
  std::vector<at::Tensor> all;
  for (const auto& parameter : {quantizer_.scale, quantizer_.zero_point}) {
    if (parameter.requires_grad()) all.push_back(parameter);
  }
  return all;
}

std::vector<StepState> StepVariable::update(const std::vector<at::Tensor>& gradients) const {
  std::vector<StepState> states;
  size_t next = 0;
  if (quantizer_.scale.requires_grad()) {
    states.push_back({gradients.at(next++), quantizer_.scale.detach(), scale_moments_.first,
                      scale_moments_.second, StepState::Kind::kScale, 0, 0});
  }
  if (quantizer_.zero_point.requires_grad()) {
    states.push_back({gradients.at(next), quantizer_.zero_point.detach(),
                      zero_point_moments_.first, zero_point_moments_.second,
                      StepState::Kind::kZeroPoint, static_cast<float>(quantizer_.range.minimum),
                      static_cast<float>(quantizer_.range.maximum)});
  }
  return states;
}

void StepVariable::finish() {
  site_.quantizer->scale = quantizer_.scale.detach();
  site_.quantizer->zero_point = at::round(quantizer_.zero_point.detach());
}

void StepVariable::append_state(std::vector<NamedTensor>& state) const {
  state.push_back({site_.name + ".scale", quantizer_.scale.detach()});
  state.push_back({site_.name + ".scale.first_moment", scale_moments_.first});
  state.push_back({site_.name + ".scale.second_moment", scale_moments_.second});
  state.push_back({site_.name + ".zero_point", quantizer_.zero_point.detach()});
  state.push_back({site_.name + ".zero_point.first_moment", zero_point_moments_.first});
  state.push_back({site_.name + ".zero_point.second_moment", zero_point_moments_.second});
}

}  // namespace ptqbench
