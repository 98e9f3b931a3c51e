#pragma once

#include <vector>

#include "methods/nn/named_tensor.h"
#include "methods/nn/sites.h"
#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"

namespace ptqbench {

/// The rounding of one weight under optimisation. On the CPU an update (gradient, regulariser,
/// Adam, next soft weight) is one pass, elsewhere a composition of tensor operations.
class RoundingVariable {
 public:
  /// Precondition: the site has a quantizer. The site must outlive the variable.
  explicit RoundingVariable(WeightSite& site);

  /// The soft weight to compute with: a leaf that collects the gradient of one iteration.
  const at::Tensor& soft() const { return soft_; }

  /// Regulariser of an update; weight 0: none.
  struct Regulariser {
    double beta = 2;
    double weight = 0;
  };
  /// Updates from the gradient that soft() has collected. Returns the regulariser's value before
  /// the update.
  double step(const Regulariser& regulariser, double learning_rate);

  /// Leaves the weight, rounded hard, in the site.
  void finish() { site_.quantized = rounding_.hard_weight(); }
  /// Adds alpha and the moments under the weight's name; they share storage.
  void append_state(std::vector<NamedTensor>& state) const;
  /// Makes soft() that of alpha, after what append_state() gave was written to.
  void refresh();

 private:
  double step_cpu(const Regulariser& regulariser, double learning_rate);
  double step_composed(const Regulariser& regulariser, double learning_rate);

  WeightSite& site_;
  LearnedRounding rounding_;
  Adam adam_;
  at::Tensor soft_;
};

}  // namespace ptqbench
