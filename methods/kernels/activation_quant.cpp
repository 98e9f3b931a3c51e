#include "methods/kernels/activation_quant.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "methods/kernels/kernels.h"
#include "methods/kernels/lsq.h"
#include "methods/kernels/reconstruction_loss.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// `x` in a layout whose samples can be walked as flat arrays.
at::Tensor walkable(const at::Tensor& x) { return samples_are_dense(x) ? x : x.contiguous(); }

/// `x` with exactly the memory layout of `layout`.
at::Tensor with_layout(const at::Tensor& x, const at::Tensor& layout) {
  if (x.strides() == layout.strides()) return x;
  return at::empty_like(layout, x.options()).copy_(x);
}

/// Stands for an absent tensor: autograd functions take no undefined ones.
at::Tensor or_absent(const at::Tensor& x) { return x.defined() ? x : at::empty({0}); }
at::Tensor or_undefined(const at::Tensor& x) { return x.numel() > 0 ? x : at::Tensor(); }

/// What the functions below need beside tensors.
struct Options {
  Nonlinearity nonlinearity;
  IntegerRange range;
  at::Tensor keep;
};

QuantizedActivation activation_of(const at::Tensor& x, const at::Tensor& addend,
                                  const at::Tensor& scale, const at::Tensor& zero_point,
                                  const Options& options) {
  return {x, addend, options.nonlinearity, scale, zero_point, options.range, options.keep};
}

at::Tensor if_learned(const at::Tensor& parameter, const at::Tensor& gradient) {
  return parameter.requires_grad() ? gradient : at::Tensor();
}

class LearnedActivationQuant : public torch::autograd::Function<LearnedActivationQuant> {
 public:
  static Variable forward(AutogradContext* context, const Variable& input, const Variable& second,
                          const Variable& scale, const Variable& zero_point,
                          const Options& options) {
    const auto x = walkable(input);
    const auto addend = or_undefined(second);
    const auto term = addend.defined() ? with_layout(addend, x) : addend;
    context->save_for_backward(
        {x, or_absent(term), scale, zero_point, or_absent(options.keep)});
    context->saved_data["nonlinearity"] = static_cast<int64_t>(options.nonlinearity);
    context->saved_data["quant_min"] = options.range.minimum;
    context->saved_data["quant_max"] = options.range.maximum;
    return kernels_on(x.device()).quantize(activation_of(x, term, scale, zero_point, options));
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &addend = saved[1], &scale = saved[2], &zero_point = saved[3];
    const Options options{
        static_cast<Nonlinearity>(context->saved_data["nonlinearity"].toInt()),
        {context->saved_data["quant_min"].toInt(), context->saved_data["quant_max"].toInt()},
        or_undefined(saved[4])};
    const auto gradients =
        kernels_on(x.device())
            .quantize_backward(activation_of(x, or_undefined(addend), scale, zero_point, options),
                               with_layout(grad_outputs[0], x));
    return {gradients.x,
            if_learned(addend, gradients.x),
            if_learned(scale, gradients.scale),
            if_learned(zero_point, gradients.zero_point),
            {}};
  }
};

/// Computes its gradients on the way forward.
class ActivationLoss : public torch::autograd::Function<ActivationLoss> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& addend,
                          const Variable& scale, const Variable& zero_point, const Options& options,
                          const TargetRows& target, const PowerLoss& loss) {
    const auto result =
        kernels_on(x.device())
            .activation_loss(activation_of(x, or_undefined(addend), scale, zero_point, options),
                             target, loss);
    context->save_for_backward(
        {result.gradients.x, result.gradients.scale, result.gradients.zero_point});
    context->saved_data["addend"] = addend.requires_grad();
    context->saved_data["scale"] = scale.requires_grad();
    context->saved_data["zero_point"] = zero_point.requires_grad();
    return result.loss;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    require_unit_gradient(grad_outputs[0]);
    const auto saved = context->get_saved_variables();
    const auto if_asked = [&](const char* name, const at::Tensor& gradient) {
      return context->saved_data[name].toBool() ? gradient : at::Tensor();
    };
    return {saved[0],
            if_asked("addend", saved[0]),
            if_asked("scale", saved[1]),
            if_asked("zero_point", saved[2]),
            {},
            {},
            {}};
  }
};

/// Value of `forward`, gradient of `backward`.
at::Tensor straight_through(const at::Tensor& forward, const at::Tensor& backward) {
  return (forward - backward).detach() + backward;
}

/// Value of `x`, gradient scaled by `factor` (LSQ, arXiv:1902.08153, appendix A).
at::Tensor scale_gradient(const at::Tensor& x, double factor) {
  return straight_through(x, x * factor);
}

/// The terms as kernels take them.
ActivationTerms walkable(const ActivationTerms& terms) {
  const auto x = walkable(terms.x);
  return {x, terms.addend.defined() ? with_layout(terms.addend, x) : at::Tensor()};
}

}  // namespace

at::Tensor ActivationTerms::sum() const { return addend.defined() ? x + addend : x; }

at::Tensor activate(const ActivationTerms& terms, Nonlinearity nonlinearity) {
  const bool nothing_to_do = nonlinearity == Nonlinearity::kNone && !terms.addend.defined();
  if (nothing_to_do || terms.x.scalar_type() != at::kFloat || at::GradMode::is_enabled())
    return apply_nonlinearity(nonlinearity, terms.sum());
  const auto [x, addend] = walkable(terms);
  return kernels_on(x.device()).activate(x, addend, nonlinearity);
}

at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const AffineQuantizer& quantizer) {
  const auto [x, addend] = walkable(terms);
  return kernels_on(x.device())
      .quantize({x, addend, nonlinearity, quantizer.scale, quantizer.zero_point, quantizer.range,
                 at::Tensor()});
}

at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const LearnedQuantizer& quantizer, const at::Tensor& keep) {
  return LearnedActivationQuant::apply(terms.x, or_absent(terms.addend), quantizer.scale,
                                       quantizer.zero_point,
                                       Options{nonlinearity, quantizer.range, keep});
}

at::Tensor clamp_with_bounds(const at::Tensor& x, double minimum, double maximum) {
  const auto inside = (x >= minimum).logical_and(x <= maximum);
  return at::where(inside, x, x.detach().clamp(minimum, maximum));
}

at::Tensor activate_and_quantize_composed(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                          const LearnedQuantizer& quantizer,
                                          const at::Tensor& keep) {
  const auto activated = apply_nonlinearity(nonlinearity, terms.sum());
  const double factor = step_gradient_factor(activated.numel(), quantizer.range);
  const auto scale = scale_gradient(quantizer.scale, factor);
  const auto zero_point = scale_gradient(
      straight_through(at::round(quantizer.zero_point), quantizer.zero_point), factor);
  const auto steps = activated / scale;
  const auto integers = clamp_with_bounds(straight_through(at::round(steps), steps) + zero_point,
                                          static_cast<double>(quantizer.range.minimum),
                                          static_cast<double>(quantizer.range.maximum));
  const auto quantized = (integers - zero_point) * scale;
  if (!keep.defined()) return quantized;
  return at::where(unpack_mask(keep.to(activated.device()), activated), quantized, activated);
}

at::Tensor activation_loss(const ActivationTerms& terms, Nonlinearity nonlinearity,
                           const LearnedQuantizer& quantizer, const at::Tensor& keep,
                           const Rows& target, double p, double fraction) {
  const bool same_layout = !terms.addend.defined() || terms.addend.strides() == terms.x.strides();
  if (!same_layout || !samples_are_dense(terms.x) || !rows_fit(target, terms.x)) {
    return reconstruction_loss(activate_and_quantize(terms, nonlinearity, quantizer, keep), target,
                               p, fraction);
  }
  return ActivationLoss::apply(terms.x, or_absent(terms.addend), quantizer.scale,
                               quantizer.zero_point, Options{nonlinearity, quantizer.range, keep},
                               TargetRows{target.source, target.ids},
                               PowerLoss{p, loss_positions(terms.x), fraction});
}

}  // namespace ptqbench
