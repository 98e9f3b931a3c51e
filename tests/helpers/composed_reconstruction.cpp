#include "tests/helpers/composed_reconstruction.h"

#include <torch/optim/adam.h>
#include <torch/types.h>

#include <cmath>

#include "methods/kernels/activation_quant.h"
#include "methods/kernels/keep_mask.h"
#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"

namespace ptqbench::testing {
namespace {

at::Tensor rectified(const at::Tensor& alpha) {
  return clamp_with_bounds(at::sigmoid(alpha) * (kZeta - kGamma) + kGamma, 0, 1);
}

struct Weight {
  const WeightSite* site;
  at::Tensor floor;
  at::Tensor alpha;
  at::Tensor soft;
};

struct Step {
  const ActivationSite* site;
  LearnedQuantizer quantizer;
  int64_t place;
};

/// What float32 may see on the other side of a boundary: activations, sums of some hundred
/// products, in steps of their quantizer; rectified sigmoids.
constexpr double kNear = 1e-5;
constexpr double kNearBound = 1e-6;

}  // namespace

class ComposedReconstruction::PlainPass : public Pass {
 public:
  PlainPass(const UnitGraph& model, const Unit& unit, const Phase& phase,
            const MethodSettings& settings, const Mask& mask)
      : phase_(phase), settings_(settings), mask_(mask) {
    std::vector<at::Tensor> alphas, scales;
    for (WeightSite* site : weight_sites(model, unit)) {
      if (!phase.learn_rounding || !site->quantizer) continue;
      const auto scale = broadcast_to_channels(site->quantizer->scale, site->value);
      const auto steps = site->value / scale;
      const auto floor = at::floor(steps);
      const auto alpha = -at::log((kZeta - kGamma) / (steps - floor - kGamma) - 1);
      weights_.push_back({site, floor, alpha.detach().requires_grad_(true), {}});
      alphas.push_back(weights_.back().alpha);
    }
    auto place = static_cast<int64_t>(unit.inputs.size());
    for (ActivationSite* site : activation_sites(model, unit)) {
      if (!site->quantizer || phase.inside == QuantizedPass::Activations::kFullPrecision) continue;
      LearnedQuantizer learned{site->quantizer->scale.clone().requires_grad_(phase.learn_steps),
                               site->quantizer->zero_point.clone(), site->quantizer->range};
      steps_.push_back({site, learned, place++});
      scales.push_back(learned.scale);
    }
    rounding_adam_ = std::make_unique<torch::optim::Adam>(
        alphas, torch::optim::AdamOptions(settings.rounding_lr));
    if (phase.learn_steps)
      step_adam_ = std::make_unique<torch::optim::Adam>(scales, torch::optim::AdamOptions(0));
  }

  void begin(int64_t t) {
    t_ = t;
    boundary_elements_ = 0;
    magnitudes_.assign(steps_.size(), 0);
    for (Weight& weight : weights_) {
      const auto& quantizer = *weight.site->quantizer;
      const auto scale = broadcast_to_channels(quantizer.scale, weight.floor);
      const auto zero_point = broadcast_to_channels(quantizer.zero_point, weight.floor);
      const auto integers = clamp_with_bounds(weight.floor + rectified(weight.alpha) + zero_point,
                                              static_cast<double>(quantizer.range.minimum),
                                              static_cast<double>(quantizer.range.maximum));
      weight.soft = (integers - zero_point) * scale;
      const auto stretched = at::sigmoid(weight.alpha.detach()) * (kZeta - kGamma) + kGamma;
      boundary_elements_ +=
          at::minimum(stretched.abs(), (stretched - 1).abs()).lt(kNearBound).sum().item<int64_t>();
    }
  }

  at::Tensor weight(const WeightSite& site) override {
    for (const Weight& weight : weights_) {
      if (weight.site == &site) return weight.soft;
    }
    return site.quantized.defined() ? site.quantized : site.value;
  }

  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    for (const Step& step : steps_) {
      if (step.site != &site) continue;
      count_boundary_elements(terms.sum().detach(), step.quantizer);
      const auto activated = apply_nonlinearity(site.nonlinearity, terms.sum());
      auto quantizer = step.quantizer;
      if (phase_.learn_steps) {
        // One step an element, so that what its gradient adds up can be seen.
        quantizer.scale = quantizer.scale.expand(activated.sizes());
        const auto index = static_cast<size_t>(&step - steps_.data());
        quantizer.scale.register_hook([this, index](const at::Tensor& gradient) {
          magnitudes_.at(index) = gradient.abs().sum().item<double>();
        });
      }
      const auto quantized =
          activate_and_quantize_composed({activated}, Nonlinearity::kNone, quantizer, at::Tensor());
      if (phase_.drop_probability == 0) return quantized;
      return at::where(mask_(t_, step.place, activated), quantized, activated);
    }
    return apply_nonlinearity(site.nonlinearity, terms.sum());
  }

  at::Tensor regulariser() const {
    auto total = at::zeros({});
    const int64_t count = t_ + 1;
    if (static_cast<double>(count) < settings_.warm_up * static_cast<double>(phase_.iterations))
      return total;
    const double beta = regulariser_exponent(count, phase_.iterations, settings_.warm_up,
                                             settings_.beta_start, settings_.beta_end);
    for (const Weight& weight : weights_)
      total = total + (1 - (2 * rectified(weight.alpha) - 1).abs().pow(beta)).sum();
    return total * settings_.round_weight;
  }

  void step() {
    rounding_adam_->step();
    if (!step_adam_) return;
    step_adam_->param_groups()[0].options().set_lr(
        cosine_decay(phase_.step_lr, t_, phase_.iterations));
    step_adam_->step();
  }

  void restore(const VariableMap& state) {
    const torch::NoGradGuard no_grad;
    for (const Weight& weight : weights_)
      weight.alpha.detach().copy_(state.at(weight.site->name + ".alpha"));
    for (const Step& step : steps_)
      step.quantizer.scale.detach().copy_(state.at(step.site->name + ".scale"));
  }

  int64_t boundary_elements() const { return boundary_elements_; }
  const std::vector<double>& magnitudes() const { return magnitudes_; }

  void zero_gradients() {
    for (const Weight& weight : weights_) weight.alpha.mutable_grad() = at::Tensor();
    for (const Step& step : steps_) step.quantizer.scale.mutable_grad() = at::Tensor();
  }

  const std::vector<Weight>& weights() const { return weights_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  void count_boundary_elements(const at::Tensor& x, const LearnedQuantizer& quantizer) {
    const auto steps = x / quantizer.scale.detach();
    const auto turns = (steps - at::floor(steps) - 0.5).abs().lt(kNear);
    boundary_elements_ += turns.logical_or(steps.abs().lt(kNear)).sum().item<int64_t>();
  }

  const Phase& phase_;
  const MethodSettings& settings_;
  const Mask& mask_;
  int64_t t_ = 0;
  int64_t boundary_elements_ = 0;
  std::vector<double> magnitudes_;
  std::vector<Weight> weights_;
  std::vector<Step> steps_;
  std::unique_ptr<torch::optim::Adam> rounding_adam_;
  std::unique_ptr<torch::optim::Adam> step_adam_;
};

ComposedReconstruction::ComposedReconstruction(const UnitGraph& model, const Unit& unit,
                                               const UnitData& data, const Phase& phase,
                                               const MethodSettings& settings, Batch batch,
                                               Mask mask)
    : model_(model),
      unit_(unit),
      data_(data),
      phase_(phase),
      batch_(std::move(batch)),
      mask_(std::move(mask)),
      pass_(std::make_unique<PlainPass>(model, unit, phase, settings, mask_)) {}

ComposedReconstruction::~ComposedReconstruction() = default;

IterationLoss ComposedReconstruction::iterate(int64_t t) {
  const auto ids = at::tensor(batch_(t), at::kLong);
  pass_->zero_gradients();
  pass_->begin(t);
  Tensors inputs;
  for (size_t i = 0; i < data_.quantized_inputs.size(); ++i) {
    auto input = data_.quantized_inputs[i].index_select(0, ids);
    if (phase_.drop_probability > 0) {
      input = at::where(mask_(t, static_cast<int64_t>(i), input), input,
                        data_.full_precision_inputs[i].index_select(0, ids));
    }
    inputs.push_back(input);
  }
  const auto outputs = model_.forward(unit_, inputs, *pass_);
  auto loss = at::zeros({});
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto difference = (outputs[i] - data_.targets[i].index_select(0, ids)).abs();
    loss = loss + difference.pow(phase_.norm).sum(1).mean();
  }
  const auto rounding = pass_->regulariser();
  (loss + rounding).backward();
  pass_->step();
  return {loss.item<double>(), rounding.item<double>()};
}

std::vector<at::Tensor> ComposedReconstruction::alpha_gradients() const {
  std::vector<at::Tensor> all;
  for (const Weight& weight : pass_->weights()) all.push_back(weight.alpha.grad());
  return all;
}

std::vector<at::Tensor> ComposedReconstruction::scale_gradients() const {
  std::vector<at::Tensor> all;
  for (const Step& step : pass_->steps()) all.push_back(step.quantizer.scale.grad());
  return all;
}

std::vector<at::Tensor> ComposedReconstruction::alphas() const {
  std::vector<at::Tensor> all;
  for (const Weight& weight : pass_->weights()) all.push_back(weight.alpha.detach());
  return all;
}

std::vector<at::Tensor> ComposedReconstruction::scales() const {
  std::vector<at::Tensor> all;
  for (const Step& step : pass_->steps()) all.push_back(step.quantizer.scale.detach());
  return all;
}

void ComposedReconstruction::restore(const VariableMap& state) { pass_->restore(state); }

std::vector<double> ComposedReconstruction::scale_gradient_magnitudes() const {
  return pass_->magnitudes();
}

int64_t ComposedReconstruction::boundary_elements() const { return pass_->boundary_elements(); }

}  // namespace ptqbench::testing
