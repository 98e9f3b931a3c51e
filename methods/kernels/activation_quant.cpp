#include "methods/kernels/activation_quant.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "methods/kernels/activation_quant_cpu.h"
#include "methods/kernels/elementwise.h"

namespace ptqbench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

cpu::ActivationQuant scalars(Nonlinearity nonlinearity, const at::Tensor& scale,
                             const at::Tensor& zero_point, IntegerRange range) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  cpu::ActivationQuant q{};
  q.low = nonlinearity == Nonlinearity::kNone ? -kInfinity : 0.0F;
  q.high = nonlinearity == Nonlinearity::kRelu6 ? 6.0F : kInfinity;
  q.scale = scale.item<float>();
  q.zero_point = std::nearbyint(zero_point.item<float>());
  q.quant_min = static_cast<float>(range.minimum);
  q.quant_max = static_cast<float>(range.maximum);
  return q;
}

/// `x` in a layout whose elements fill memory without gaps, so that it can be walked as a flat
/// array.
at::Tensor dense(const at::Tensor& x) {
  return x.is_non_overlapping_and_dense() ? x : x.contiguous();
}

/// `x` with exactly the memory layout of `layout`.
at::Tensor with_layout(const at::Tensor& x, const at::Tensor& layout) {
  if (x.strides() == layout.strides()) return x;
  return at::empty_like(layout, x.options()).copy_(x);
}

/// Null for a mask without elements: autograd functions take no undefined tensors, so that stands
/// for "keep all".
const uint8_t* keep_data(const at::Tensor& keep) {
  return keep.numel() > 0 ? keep.data_ptr<uint8_t>() : nullptr;
}

at::Tensor no_mask() { return at::empty({0}, at::kByte); }

at::Tensor forward_cpu(const cpu::ActivationQuant& q, const at::Tensor& x, const at::Tensor& keep) {
  auto y = at::empty_like(x);
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  const uint8_t* kept = keep_data(keep);
  at::parallel_for(0, x.numel(), kChunk, [&](int64_t begin, int64_t end) {
    cpu::activation_quant_forward(q, in + begin, kept == nullptr ? nullptr : kept + begin,
                                  out + begin, end - begin);
  });
  return y;
}

class LearnedActivationQuant : public torch::autograd::Function<LearnedActivationQuant> {
 public:
  static Variable forward(AutogradContext* context, const Variable& input, const Variable& scale,
                          const Variable& zero_point, const at::Tensor& keep, int64_t nonlinearity,
                          int64_t quant_min, int64_t quant_max) {
    const auto x = dense(input);
    const auto mask = keep.numel() > 0 ? with_layout(keep, x) : keep;
    const IntegerRange range{quant_min, quant_max};
    context->save_for_backward({x, scale, zero_point, mask});
    context->saved_data["nonlinearity"] = nonlinearity;
    context->saved_data["quant_min"] = quant_min;
    context->saved_data["quant_max"] = quant_max;
    return forward_cpu(scalars(static_cast<Nonlinearity>(nonlinearity), scale, zero_point, range),
                       x, mask);
  }

  static variable_list backward(AutogradContext* context, const variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &scale = saved[1], &zero_point = saved[2], &keep = saved[3];
    const IntegerRange range{context->saved_data["quant_min"].toInt(),
                             context->saved_data["quant_max"].toInt()};
    const auto q = scalars(static_cast<Nonlinearity>(context->saved_data["nonlinearity"].toInt()),
                           scale, zero_point, range);
    const auto grad_y = with_layout(grad_outputs[0], x);
    auto grad_x = at::empty_like(x);
    const float* in = x.data_ptr<float>();
    const float* gy = grad_y.data_ptr<float>();
    float* gx = grad_x.data_ptr<float>();
    const uint8_t* kept = keep_data(keep);

    const int64_t chunks = (x.numel() + kChunk - 1) / kChunk;
    std::vector<cpu::StepGradients> partial(static_cast<size_t>(chunks));
    at::parallel_for(0, chunks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const int64_t start = c * kChunk;
        partial[static_cast<size_t>(c)] = cpu::activation_quant_backward(
            q, in + start, kept == nullptr ? nullptr : kept + start, gy + start, gx + start,
            std::min(kChunk, x.numel() - start));
      }
    });
    cpu::StepGradients sum;
    for (const auto& p : partial) {
      sum.scale += p.scale;
      sum.zero_point += p.zero_point;
    }
    const double factor =
        1 / std::sqrt(static_cast<double>(x.numel()) * static_cast<double>(range.maximum));
    auto scalar = [&](const at::Tensor& like, double value) {
      return like.requires_grad() ? at::full_like(like.detach(), value * factor) : at::Tensor();
    };
    return {grad_x, scalar(scale, sum.scale), scalar(zero_point, sum.zero_point), {}, {}, {}, {}};
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

}  // namespace

at::Tensor activate_and_quantize(const at::Tensor& x, Nonlinearity nonlinearity,
                                 const AffineQuantizer& quantizer) {
  if (!x.is_cpu()) return fake_quantize(apply_nonlinearity(nonlinearity, x), quantizer);
  const auto q = scalars(nonlinearity, quantizer.scale, quantizer.zero_point, quantizer.range);
  return forward_cpu(q, dense(x), no_mask());
}

at::Tensor activate_and_quantize(const at::Tensor& x, Nonlinearity nonlinearity,
                                 const LearnedQuantizer& quantizer, const at::Tensor& keep) {
  if (!x.is_cpu()) return activate_and_quantize_composed(x, nonlinearity, quantizer, keep);
  return LearnedActivationQuant::apply(
      x, quantizer.scale, quantizer.zero_point, keep.defined() ? keep : no_mask(),
      static_cast<int64_t>(nonlinearity), quantizer.range.minimum, quantizer.range.maximum);
}

at::Tensor activate_and_quantize_composed(const at::Tensor& x, Nonlinearity nonlinearity,
                                          const LearnedQuantizer& quantizer,
                                          const at::Tensor& keep) {
  const auto activated = apply_nonlinearity(nonlinearity, x);
  const double factor =
      1 / std::sqrt(static_cast<double>(x.numel()) * static_cast<double>(quantizer.range.maximum));
  const auto scale = scale_gradient(quantizer.scale, factor);
  const auto zero_point = scale_gradient(
      straight_through(at::round(quantizer.zero_point), quantizer.zero_point), factor);
  const auto steps = activated / scale;
  const auto integers = (straight_through(at::round(steps), steps) + zero_point)
                            .clamp(quantizer.range.minimum, quantizer.range.maximum);
  const auto quantized = (integers - zero_point) * scale;
  return keep.defined() ? at::where(keep.to(at::kBool), quantized, activated) : quantized;
}

}  // namespace ptqbench
