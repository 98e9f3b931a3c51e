#pragma once

#include <vector>

#include "methods/kernels/kernels.h"
#include "methods/nn/named_tensor.h"
#include "methods/nn/sites.h"
#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"

namespace ptqbench {

/// The rounding of one weight under optimisation.
class RoundingVariable {
 public:
  /// Precondition: the site has a quantizer. The site must outlive the variable.
  explicit RoundingVariable(WeightSite& site);

  /// The soft weight to compute with: a leaf that gradients are taken for.
  const at::Tensor& soft() const { return soft_; }
  /// What an update works on, for a gradient of the loss for soft().
  RoundingState update(const at::Tensor& gradient) const;

  /// Leaves the weight, rounded hard, in the site.
  void finish() { site_.quantized = rounding_.hard_weight(); }
  /// Adds alpha and the moments under the weight's name; they share storage.
  void append_state(std::vector<NamedTensor>& state) const;
  /// Makes soft() that of alpha, after what append_state() gave was written to.
  void refresh();

 private:
  WeightSite& site_;
  LearnedRounding rounding_;
  AdamMoments moments_;
  at::Tensor soft_;
};

}  // namespace ptqbench
