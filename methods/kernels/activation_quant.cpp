#include "methods/kernels/activation_quant.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "methods/kernels/activation_quant_cpu.h"
#include "methods/kernels/keep_mask.h"
#include "methods/kernels/reconstruction_loss.h"

namespace ptqbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

/// Only the limits of the non-linearity are set.
cpu::ActivationQuant limits(Nonlinearity nonlinearity) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  cpu::ActivationQuant q{};
  q.low = nonlinearity == Nonlinearity::kNone ? -kInfinity : 0.0F;
  q.high = nonlinearity == Nonlinearity::kRelu6 ? 6.0F : kInfinity;
  return q;
}

cpu::ActivationQuant scalars(Nonlinearity nonlinearity, const at::Tensor& scale,
                             const at::Tensor& zero_point, IntegerRange range) {
  auto q = limits(nonlinearity);
  q.scale = scale.item<float>();
  q.zero_point = std::nearbyint(zero_point.item<float>());
  q.quant_min = static_cast<float>(range.minimum);
  q.quant_max = static_cast<float>(range.maximum);
  return q;
}

/// `x` in a layout whose samples can be walked as flat arrays.
at::Tensor walkable(const at::Tensor& x) { return samples_are_dense(x) ? x : x.contiguous(); }

/// `x` with exactly the memory layout of `layout`.
at::Tensor with_layout(const at::Tensor& x, const at::Tensor& layout) {
  if (x.strides() == layout.strides()) return x;
  return at::empty_like(layout, x.options()).copy_(x);
}

/// Stands for an absent tensor: autograd functions take no undefined ones.
at::Tensor absent(at::ScalarType type) { return at::empty({0}, type); }
bool present(const at::Tensor& x) { return x.numel() > 0; }

/// A mini-batch as flat arrays, one a sample.
class Samples {
 public:
  Samples(const at::Tensor& x, const at::Tensor& addend, const at::Tensor& keep)
      : count_(x.size(0)),
        elements_(x.numel() / x.size(0)),
        words_(present(keep) ? keep.size(1) : 0),
        x_(x.data_ptr<float>()),
        addend_(present(addend) ? addend.data_ptr<float>() : nullptr),
        keep_(present(keep) ? reinterpret_cast<const uint32_t*>(keep.data_ptr<int32_t>())
                            : nullptr) {}

  int64_t count() const { return count_; }
  int64_t elements() const { return elements_; }
  cpu::ActivationInput input(int64_t sample) const {
    const int64_t at = sample * elements_;
    return {x_ + at, addend_ == nullptr ? nullptr : addend_ + at,
            keep_ == nullptr ? nullptr : keep_ + sample * words_};
  }

 private:
  int64_t count_;
  int64_t elements_;
  int64_t words_;
  const float* x_;
  const float* addend_;
  const uint32_t* keep_;
};

using ForwardPass = void (*)(const cpu::ActivationQuant&, const cpu::ActivationInput&, float*,
                             int64_t);

at::Tensor forward_cpu(ForwardPass pass, const cpu::ActivationQuant& q, const at::Tensor& x,
                       const at::Tensor& addend, const at::Tensor& keep) {
  auto y = at::empty_like(x);
  if (x.numel() == 0) return y;
  const Samples samples(x, addend, keep);
  float* out = y.data_ptr<float>();
  at::parallel_for(0, samples.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s)
      pass(q, samples.input(s), out + s * samples.elements(), samples.elements());
  });
  return y;
}

/// `one_sample(s)` for every sample; the sums are added in the order of the samples.
template <class OneSample>
cpu::ActivationSums sum_over_samples(int64_t count, const OneSample& one_sample) {
  std::vector<cpu::ActivationSums> partial(static_cast<size_t>(count));
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s) partial[static_cast<size_t>(s)] = one_sample(s);
  });
  cpu::ActivationSums total;
  for (const auto& p : partial) {
    total.scale += p.scale;
    total.zero_point += p.zero_point;
    total.loss += p.loss;
  }
  return total;
}

/// LSQ's gradient factor (arXiv:1902.08153, section 2.2).
double step_factor(const at::Tensor& x, IntegerRange range) {
  return 1 / std::sqrt(static_cast<double>(x.numel()) * static_cast<double>(range.maximum));
}

at::Tensor scalar_gradient(const at::Tensor& like, double value) {
  return like.requires_grad() ? at::full_like(like.detach(), value) : at::Tensor();
}

/// The options of both functions below, as autograd carries them.
struct Options {
  Nonlinearity nonlinearity;
  IntegerRange range;
};

class LearnedActivationQuant : public torch::autograd::Function<LearnedActivationQuant> {
 public:
  static Variable forward(AutogradContext* context, const Variable& input, const Variable& second,
                          const Variable& scale, const Variable& zero_point, const at::Tensor& keep,
                          const Options& options) {
    const auto x = walkable(input);
    const auto addend = present(second) ? with_layout(second, x) : second;
    context->save_for_backward({x, addend, scale, zero_point, keep});
    context->saved_data["nonlinearity"] = static_cast<int64_t>(options.nonlinearity);
    context->saved_data["quant_min"] = options.range.minimum;
    context->saved_data["quant_max"] = options.range.maximum;
    return forward_cpu(cpu::activation_forward,
                       scalars(options.nonlinearity, scale, zero_point, options.range), x, addend,
                       keep);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &addend = saved[1], &scale = saved[2], &zero_point = saved[3];
    const IntegerRange range{context->saved_data["quant_min"].toInt(),
                             context->saved_data["quant_max"].toInt()};
    const auto q = scalars(static_cast<Nonlinearity>(context->saved_data["nonlinearity"].toInt()),
                           scale, zero_point, range);
    const auto grad_y = with_layout(grad_outputs[0], x);
    auto grad_x = at::empty_like(x);
    const float* gy = grad_y.data_ptr<float>();
    float* gx = grad_x.data_ptr<float>();
    const Samples samples(x, addend, saved[4]);
    const auto sums = sum_over_samples(samples.count(), [&](int64_t s) {
      const int64_t at = s * samples.elements();
      return cpu::activation_backward(q, samples.input(s), gy + at, gx + at, samples.elements());
    });
    const double factor = step_factor(x, range);
    return {grad_x,
            addend.requires_grad() ? grad_x : at::Tensor(),
            scalar_gradient(scale, sums.scale * factor),
            scalar_gradient(zero_point, sums.zero_point * factor),
            {},
            {}};
  }
};

/// Computes its gradients on the way forward.
class ActivationLoss : public torch::autograd::Function<ActivationLoss> {
 public:
  static Variable forward(AutogradContext* context, const Variable& x, const Variable& addend,
                          const Variable& scale, const Variable& zero_point, const at::Tensor& keep,
                          const Options& options, const std::vector<const float*>& target,
                          double p) {
    const auto q = scalars(options.nonlinearity, scale, zero_point, options.range);
    auto grad_x = at::empty_like(x);
    float* gx = grad_x.data_ptr<float>();
    const Samples samples(x, addend, keep);
    const double mean = 1 / loss_positions(x);
    const auto sums = sum_over_samples(samples.count(), [&](int64_t s) {
      return cpu::activation_loss(q, samples.input(s), target[static_cast<size_t>(s)],
                                  static_cast<float>(p), static_cast<float>(mean),
                                  gx + s * samples.elements(), samples.elements());
    });
    const double factor = step_factor(x, options.range);
    context->save_for_backward({grad_x, scale, zero_point});
    context->saved_data["scale"] = sums.scale * factor;
    context->saved_data["zero_point"] = sums.zero_point * factor;
    context->saved_data["addend"] = addend.requires_grad();
    return at::scalar_tensor(sums.loss * mean, at::kDouble);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    const double outer = grad_outputs[0].item<double>();
    const auto saved = context->get_saved_variables();
    const auto grad_x = outer == 1 ? saved[0] : saved[0] * outer;
    return {grad_x,
            context->saved_data["addend"].toBool() ? grad_x : at::Tensor(),
            scalar_gradient(saved[1], context->saved_data["scale"].toDouble() * outer),
            scalar_gradient(saved[2], context->saved_data["zero_point"].toDouble() * outer),
            {},
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

at::Tensor or_absent(const at::Tensor& x, at::ScalarType type) {
  return x.defined() ? x : absent(type);
}

}  // namespace

at::Tensor ActivationTerms::sum() const { return addend.defined() ? x + addend : x; }

at::Tensor activate(const ActivationTerms& terms, Nonlinearity nonlinearity) {
  const bool nothing_to_do = nonlinearity == Nonlinearity::kNone && !terms.addend.defined();
  if (nothing_to_do || !terms.x.is_cpu() || terms.x.scalar_type() != at::kFloat ||
      at::GradMode::is_enabled()) {
    return apply_nonlinearity(nonlinearity, terms.sum());
  }
  const auto x = walkable(terms.x);
  const auto addend = terms.addend.defined() ? with_layout(terms.addend, x) : absent(at::kFloat);
  return forward_cpu(cpu::activate, limits(nonlinearity), x, addend, absent(at::kInt));
}

at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const AffineQuantizer& quantizer) {
  if (!terms.x.is_cpu())
    return fake_quantize(apply_nonlinearity(nonlinearity, terms.sum()), quantizer);
  const auto q = scalars(nonlinearity, quantizer.scale, quantizer.zero_point, quantizer.range);
  const auto x = walkable(terms.x);
  const auto addend = terms.addend.defined() ? with_layout(terms.addend, x) : absent(at::kFloat);
  return forward_cpu(cpu::activation_forward, q, x, addend, absent(at::kInt));
}

at::Tensor activate_and_quantize(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                 const LearnedQuantizer& quantizer, const at::Tensor& keep) {
  if (!terms.x.is_cpu())
    return activate_and_quantize_composed(terms, nonlinearity, quantizer, keep);
  return LearnedActivationQuant::apply(
      terms.x, or_absent(terms.addend, at::kFloat), quantizer.scale, quantizer.zero_point,
      or_absent(keep, at::kInt), Options{nonlinearity, quantizer.range});
}

at::Tensor clamp_with_bounds(const at::Tensor& x, double minimum, double maximum) {
  const auto inside = (x >= minimum).logical_and(x <= maximum);
  return at::where(inside, x, x.detach().clamp(minimum, maximum));
}

at::Tensor activate_and_quantize_composed(const ActivationTerms& terms, Nonlinearity nonlinearity,
                                          const LearnedQuantizer& quantizer,
                                          const at::Tensor& keep) {
  const auto activated = apply_nonlinearity(nonlinearity, terms.sum());
  const double factor = step_factor(activated, quantizer.range);
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
                           const Rows& target, double p) {
  std::vector<const float*> rows;
  const bool same_layout = !terms.addend.defined() || terms.addend.strides() == terms.x.strides();
  if (terms.x.is_cpu() && same_layout && samples_are_dense(terms.x))
    rows = row_pointers(target, terms.x);
  if (rows.empty()) {
    return reconstruction_loss(activate_and_quantize(terms, nonlinearity, quantizer, keep), target,
                               p);
  }
  return ActivationLoss::apply(terms.x, or_absent(terms.addend, at::kFloat), quantizer.scale,
                               quantizer.zero_point, or_absent(keep, at::kInt),
                               Options{nonlinearity, quantizer.range}, rows, p);
}

}  // namespace ptqbench
