#include "methods/reconstruction/engine.h"

#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "methods/kernels/activation_quant.h"
#include "methods/kernels/gather_mix.h"
#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"
#include "methods/reconstruction/loss.h"
#include "methods/support/error.h"

namespace ptqbench {
namespace {

/// At most about so many points of a loss curve are kept.
constexpr int64_t kCurvePoints = 200;

/// Rounding of one weight under optimisation.
struct RoundingVariable {
  WeightSite* site;
  LearnedRounding rounding;
  Adam adam;
  /// The soft weight of the present iteration; a leaf of the autograd graph.
  at::Tensor soft;
};

/// Step (and zero point) of one activation quantizer under optimisation.
struct StepVariable {
  ActivationSite* site;
  LearnedQuantizer quantizer;
  Adam scale_adam;
  Adam zero_point_adam;
  /// Its number for the random source.
  int64_t place;
};

/// Soft weights, learned steps and drop masks of the unit under reconstruction.
class ReconstructionPass : public Pass {
 public:
  ReconstructionPass(const UnitGraph& model, const Unit& unit, const Phase& phase,
                     const MethodSettings& settings, RandomSource& random)
      : phase_(phase), settings_(settings), random_(random) {
    if (phase.learn_rounding) {
      for (WeightSite* site : weight_sites(model, unit)) {
        if (!site->quantizer) continue;
        LearnedRounding rounding(site->value, *site->quantizer);
        Adam adam(rounding.alpha());
        weights_.emplace(site, RoundingVariable{site, std::move(rounding), std::move(adam), {}});
        weight_order_.push_back(site);
      }
    }
    int64_t place = static_cast<int64_t>(unit.inputs.size());
    for (ActivationSite* site : activation_sites(model, unit)) {
      if (!site->quantizer || phase.inside == QuantizedPass::Activations::kFullPrecision) continue;
      LearnedQuantizer learned{site->quantizer->scale.clone(), site->quantizer->zero_point.clone(),
                               site->quantizer->range};
      learned.scale.requires_grad_(phase.learn_steps);
      learned.zero_point.requires_grad_(phase.learn_steps &&
                                        settings.activation_quantizer == "lsq_plus");
      steps_.emplace(site, StepVariable{site, learned, Adam(learned.scale.detach()),
                                        Adam(learned.zero_point.detach()), place++});
      step_order_.push_back(site);
    }
  }

  bool learns() const {
    return !weight_order_.empty() || (phase_.learn_steps && !step_order_.empty());
  }

  void begin(int64_t t) {
    t_ = t;
    for (auto& [site, variable] : weights_)
      variable.soft = variable.rounding.soft_weight().requires_grad_(true);
  }

  at::Tensor weight(const WeightSite& site) override {
    const auto found = weights_.find(&site);
    if (found != weights_.end()) return found->second.soft;
    return site.quantized.defined() ? site.quantized : site.value;
  }

  at::Tensor activation(const ActivationSite& site, const at::Tensor& x) override {
    const auto found = steps_.find(&site);
    if (found == steps_.end()) return apply_nonlinearity(site.nonlinearity, x);
    at::Tensor keep;
    if (phase_.drop_probability > 0)
      keep = random_.keep_mask(t_, found->second.place, phase_.drop_probability, x);
    return activate_and_quantize(x, site.nonlinearity, found->second.quantizer, keep);
  }

  /// Updates every variable from its gradient; returns the regulariser's value. `t` counts from 0.
  double step(int64_t t) {
    double rounding_loss = 0;
    const int64_t count = t + 1;
    const bool regularise =
        static_cast<double>(count) >= settings_.warm_up * static_cast<double>(phase_.iterations);
    const double beta = regulariser_exponent(count, phase_.iterations, settings_.warm_up,
                                             settings_.beta_start, settings_.beta_end);
    for (const WeightSite* site : weight_order_) {
      auto& variable = weights_.at(site);
      auto gradient = variable.rounding.alpha_gradient(variable.soft.grad());
      if (regularise) {
        const auto regulariser = variable.rounding.regulariser(beta, settings_.round_weight);
        rounding_loss += regulariser.value;
        gradient += regulariser.gradient;
      }
      auto alpha = variable.rounding.alpha();
      variable.adam.step(alpha, gradient, settings_.rounding_lr);
    }
    if (phase_.learn_steps) step_quantizers(cosine_decay(phase_.step_lr, t, phase_.iterations));
    return rounding_loss;
  }

  /// Leaves what was learned in the model's sites.
  void finish() {
    for (auto& [site, variable] : weights_)
      variable.site->quantized = variable.rounding.hard_weight();
    if (!phase_.learn_steps) return;
    for (auto& [site, variable] : steps_) {
      variable.site->quantizer->scale = variable.quantizer.scale.detach();
      variable.site->quantizer->zero_point = at::round(variable.quantizer.zero_point.detach());
    }
  }

 private:
  void step_quantizers(double learning_rate) {
    for (const ActivationSite* site : step_order_) {
      auto& variable = steps_.at(site);
      auto scale = variable.quantizer.scale.detach();
      variable.scale_adam.step(scale, variable.quantizer.scale.grad(), learning_rate);
      scale.abs_().clamp_min_(kSmallestScale);
      variable.quantizer.scale.mutable_grad() = at::Tensor();
      if (!variable.quantizer.zero_point.requires_grad()) continue;
      auto zero_point = variable.quantizer.zero_point.detach();
      variable.zero_point_adam.step(zero_point, variable.quantizer.zero_point.grad(),
                                    learning_rate);
      zero_point.clamp_(variable.quantizer.range.minimum, variable.quantizer.range.maximum);
      variable.quantizer.zero_point.mutable_grad() = at::Tensor();
    }
  }

  const Phase& phase_;
  const MethodSettings& settings_;
  RandomSource& random_;
  int64_t t_ = 0;
  std::map<const WeightSite*, RoundingVariable> weights_;
  std::map<const ActivationSite*, StepVariable> steps_;
  /// Order of execution, so that sums and updates do not depend on addresses.
  std::vector<const WeightSite*> weight_order_;
  std::vector<const ActivationSite*> step_order_;
};

/// The inputs of one mini-batch, with elements dropped to full precision where the phase says so.
Tensors batch_inputs(const UnitData& data, const Phase& phase, const std::vector<int64_t>& ids,
                     int64_t t, RandomSource& random) {
  Tensors inputs;
  for (size_t i = 0; i < data.quantized_inputs.size(); ++i) {
    const auto& quantized = data.quantized_inputs[i];
    if (phase.drop_probability == 0 || !quantized.is_floating_point()) {
      inputs.push_back(gather(quantized, ids));
      continue;
    }
    auto like = gather(quantized, ids);
    const auto keep = random.keep_mask(t, static_cast<int64_t>(i), phase.drop_probability, like);
    inputs.push_back(gather_mix(quantized, data.full_precision_inputs[i], ids, keep));
  }
  return inputs;
}

}  // namespace

LossCurve reconstruct_unit(const UnitGraph& model, const Unit& unit, const UnitData& data,
                           const Phase& phase, const MethodSettings& settings,
                           RandomSource& random) {
  LossCurve curve;
  ReconstructionPass pass(model, unit, phase, settings, random);
  if (!pass.learns()) return curve;
  const int64_t samples = data.targets.at(0).size(0);
  const int64_t stride = std::max<int64_t>(1, phase.iterations / kCurvePoints);
  for (int64_t t = 0; t < phase.iterations; ++t) {
    const auto ids = random.batch(t, settings.batch_size, samples);
    pass.begin(t);
    const auto outputs = model.forward(unit, batch_inputs(data, phase, ids, t, random), pass);
    double reconstruction = 0;
    std::vector<at::Tensor> gradients;
    for (size_t i = 0; i < outputs.size(); ++i) {
      auto loss = reconstruction_loss(outputs[i], gather(data.targets[i], ids), phase.norm);
      reconstruction += loss.value;
      gradients.push_back(std::move(loss.gradient));
    }
    if (!std::isfinite(reconstruction)) {
      throw Error(fmt::format("reconstruction of unit '{}': the loss is not finite at iteration {}",
                              unit.name, t));
    }
    torch::autograd::backward(outputs, gradients);
    const double rounding = pass.step(t);
    if (t % stride == 0 || t + 1 == phase.iterations) {
      curve.iteration.push_back(t);
      curve.reconstruction.push_back(reconstruction);
      curve.rounding.push_back(rounding);
    }
  }
  pass.finish();
  return curve;
}

}  // namespace ptqbench
