#pragma once

#include <vector>

#include "methods/kernels/activation_quant.h"
#include "methods/kernels/kernels.h"
#include "methods/nn/named_tensor.h"
#include "methods/nn/sites.h"
#include "methods/reconstruction/adam.h"

namespace ptqbench {

/// Step and zero point of one activation quantizer under optimisation.
class StepVariable {
 public:
  /// Precondition: the site has a quantizer. The site must outlive the variable.
  StepVariable(ActivationSite& site, bool learn_step, bool learn_zero_point);

  const ActivationSite& site() const { return site_; }
  const LearnedQuantizer& quantizer() const { return quantizer_; }
  /// What is learned, each a leaf that gradients are taken for; empty where nothing is.
  std::vector<at::Tensor> learned() const;
  /// What an update works on, for gradients of learned().
  std::vector<StepState> update(const std::vector<at::Tensor>& gradients) const;

  /// Leaves the quantizer in the site.
  void finish();
  /// Adds scale, zero point and the moments under the site's name; they share storage.
  void append_state(std::vector<NamedTensor>& state) const;

 private:
  ActivationSite& site_;
  LearnedQuantizer quantizer_;
  AdamMoments scale_moments_;
  AdamMoments zero_point_moments_;
};

}  // namespace ptqbench
