#include "methods/nn/cost_pass.h"

#include <torch/types.h>

namespace ptqbench {
namespace {

/// Every layer with a weight asks for it and then hands over its output: outputs times weights per
/// output channel.
class CostPass : public FullPrecisionPass {
 public:
  at::Tensor weight(const WeightSite& site) override {
    // Rows of an embedding are looked up, not multiplied.
    if (site.role == WeightRole::kProduct) {
      weights_per_output_ =
          static_cast<double>(site.value.numel()) / static_cast<double>(site.value.size(0));
    }
    return site.value;
  }

  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    macs_ += weights_per_output_ * static_cast<double>(terms.x.numel());
    weights_per_output_ = 0;
    return FullPrecisionPass::activation(site, terms);
  }

  double macs() const { return macs_; }

 private:
  double weights_per_output_ = 0;
  double macs_ = 0;
};

}  // namespace

double count_macs(const UnitGraph& model, const Tensors& inputs) {
  const torch::NoGradGuard no_grad;
  CostPass pass;
  model.forward(inputs, pass);
  return pass.macs();
}

}  // namespace ptqbench
