#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <cmath>

#include "methods/kernels/activation_quant.h"
#include "methods/kernels/cpu/cpu_kernels.h"
#include "methods/kernels/element/rounding.h"
#include "methods/kernels/kernels.h"
#include "methods/kernels/keep_mask.h"
#include "methods/kernels/reconstruction_loss.h"
#include "methods/kernels/sample_layout.h"
#include "methods/quantizer/rounding.h"

namespace ptqbench {
namespace {

at::Tensor leaf(const at::Tensor& x) { return x.detach().requires_grad_(true); }

/// A QuantizedActivation whose tensors collect gradients, and what it gives.
struct Differentiable {
  ActivationTerms terms;
  LearnedQuantizer quantizer;
  at::Tensor y;

  explicit Differentiable(const QuantizedActivation& a)
      : terms{leaf(a.x), a.addend}, quantizer{leaf(a.scale), leaf(a.zero_point), a.range} {
    y = activate_and_quantize_composed(terms, a.nonlinearity, quantizer, a.keep);
  }

  ActivationGradients gradients(const at::Tensor& of, const at::Tensor& outer) const {
    const auto all = torch::autograd::grad({of}, {terms.x, quantizer.scale, quantizer.zero_point},
                                           {outer}, false, false, /*allow_unused=*/true);
    const auto known = [](const at::Tensor& gradient, const at::Tensor& like) {
      return gradient.defined() ? gradient : at::zeros_like(like);
    };
    return {known(all[0], terms.x), known(all[1], quantizer.scale),
            known(all[2], quantizer.zero_point)};
  }
};

/// The loss of `output` with its fraction, under autograd.
at::Tensor loss_of(const at::Tensor& output, const TargetRows& target, const PowerLoss& loss) {
  const auto difference = output - target.source.index_select(0, target.rows);
  const auto power = loss.p == 2.0 ? difference.square() : difference.abs().pow(loss.p);
  return power.sum(at::kDouble) * (loss.fraction / loss.positions);
}

void adam(const at::Tensor& gradient, const at::Tensor& rate, const at::Tensor& moment_factor,
          at::Tensor value, at::Tensor first_moment, at::Tensor second_moment) {
  first_moment.mul_(kAdamBeta1).add_(gradient, 1 - kAdamBeta1);
  second_moment.mul_(kAdamBeta2).addcmul_(gradient, gradient, 1 - kAdamBeta2);
  const auto denominator = second_moment.sqrt().mul_(moment_factor).add_(kAdamEpsilon);
  value.sub_(first_moment / denominator * rate);
}

class ComposedKernels : public Kernels {
 public:
  at::Tensor gather(const at::Tensor& source, const at::Tensor& rows) const override {
    return batch_like(source, rows.numel()).copy_(source.index_select(0, rows));
  }

  at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                        const at::Tensor& rows, const at::Tensor& keep) const override {
    const auto kept = gather(quantized, rows);
    return at::where(unpack_mask(keep, kept), kept, gather(full_precision, rows));
  }

  at::Tensor activate(const at::Tensor& x, const at::Tensor& addend,
                      Nonlinearity nonlinearity) const override {
    return apply_nonlinearity(nonlinearity, addend.defined() ? x + addend : x);
  }

  at::Tensor quantize(const QuantizedActivation& a) const override {
    const torch::NoGradGuard no_grad;
    return activate_and_quantize_composed({a.x, a.addend}, a.nonlinearity,
                                          {a.scale, a.zero_point, a.range}, a.keep);
  }

  ActivationGradients quantize_backward(const QuantizedActivation& a,
                                        const at::Tensor& gradient) const override {
    const torch::AutoGradMode enabled(true);
    const Differentiable function(a);
    return function.gradients(function.y, gradient);
  }

  LossWithGradients activation_loss(const QuantizedActivation& a, const TargetRows& target,
                                    const PowerLoss& loss) const override {
    const torch::AutoGradMode enabled(true);
    const Differentiable function(a);
    const auto value = loss_of(function.y, target, loss);
    return {value.detach(), function.gradients(value, at::ones_like(value))};
  }

  LossWithGradients power_loss(const at::Tensor& output, const TargetRows& target,
                               const PowerLoss& loss) const override {
    const torch::AutoGradMode enabled(true);
    const auto y = leaf(output);
    const auto value = loss_of(y, target, loss);
    return {value.detach(), {torch::autograd::grad({value}, {y}).at(0), {}, {}}};
  }

  at::Tensor step_roundings(const std::vector<RoundingState>& roundings,
                            const at::Tensor& scalars) const override {
    const torch::NoGradGuard no_grad;
    auto value = at::zeros({1}, scalars.options());
    const auto weight = scalars[kRoundWeight].to(at::kFloat);
    const auto beta = scalars[kBeta].to(at::kFloat);
    for (const RoundingState& r : roundings) {
      LearnedRounding rounding(r.floor, r.alpha, r.quantizer);
      const auto pull = rounding.regulariser(beta);
      value += pull.value * scalars[kRoundWeight];
      const auto gradient = rounding.alpha_gradient(r.gradient) + pull.gradient * weight;
      adam(gradient, scalars[kRoundingRate].to(at::kFloat), scalars[kRoundingMoment].to(at::kFloat),
           r.alpha, r.first_moment, r.second_moment);
      r.soft.copy_(rounding.soft_weight());
    }
    return value;
  }

  void step_quantizers(const std::vector<StepState>& steps,
                       const at::Tensor& scalars) const override {
    const torch::NoGradGuard no_grad;
    for (const StepState& step : steps) {
      auto value = step.value;
      adam(step.gradient, scalars[kStepRate].to(at::kFloat), scalars[kStepMoment].to(at::kFloat),
           value, step.first_moment, step.second_moment);
      if (step.kind == StepState::Kind::kScale) {
        value.abs_().clamp_min_(kSmallestScale);
      } else {
        value.clamp_(step.minimum, step.maximum);
      }
    }
  }

  /// Drawn on the host, so that every device sees the same masks.
  void draw_keep_masks(const std::vector<KeepMaskDraw>& draws,
                       const IterationNow& now) const override {
    IterationNow host;
    host.t = now.t.cpu();
    host.slots = now.slots.cpu();
    for (KeepMaskDraw draw : draws) {
      const auto words = draw.words;
      draw.words = at::empty(words.sizes(), at::kInt);
      cpu_kernels().draw_keep_masks({draw}, host);
      words.copy_(draw.words);
    }
  }

  void load_iteration(const IterationTable& table, const IterationNow& now) const override {
    const auto load = [&](const at::Tensor& rows, at::Tensor into) {
      into.copy_(rows.index_select(0, table.next).reshape(into.sizes()));
    };
    load(table.t, now.t);
    load(table.rows, now.rows);
    load(table.slots, now.slots);
    load(table.scalars, now.scalars);
    load(table.point, now.point);
    auto next = table.next;
    next.add_(1);
  }

  void record_losses(const at::Tensor& loss, const at::Tensor& rounding, const IterationNow& now,
                     const LossCurveBuffer& curve) const override {
    auto latest = curve.latest;
    latest.copy_(at::stack({loss, rounding.defined() ? rounding[0] : at::zeros_like(loss)}));
    auto bad = curve.bad;
    const auto worse = latest[0].isfinite().logical_not().logical_and(bad.lt(0));
    bad.copy_(at::where(worse, now.t, bad));
    // Without a place in the curve the first point is written over itself.
    const auto point = now.point.clamp_min(0);
    auto points = curve.points;
    const auto row = at::where(now.point.ge(0).unsqueeze(1), latest.unsqueeze(0),
                               points.index_select(0, point));
    points.index_copy_(0, point, row);
  }
};

}  // namespace

const Kernels& composed_kernels() {
  static const ComposedKernels kernels;
  return kernels;
}

}  // namespace ptqbench
