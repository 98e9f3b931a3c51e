#include "methods/kernels/cuda/activation.h"

#include <cmath>

#include "methods/kernels/cuda/device_code.cuh"
#include "methods/kernels/element/activation.h"

namespace ptqbench::cuda {
namespace {

using element::ActivationQuant;
using element::Power;
using element::Quantized;

__device__ inline ActivationQuant quantizer_of(const ActivationArgs& a) {
  return {a.low,       a.high, *a.scale, rintf(*a.zero_point), a.quant_min, a.quant_max};
}

/// The thread's part of a sample before the non-linearity, with its keep bits.
struct Input {
  Four x;
  uint32_t keep;
};

__device__ inline Four load_sum(const ActivationArgs& a, int64_t sample, int64_t at, bool vector) {
  const int64_t begin = sample * a.elements;
  Four x = load(a.x + begin, at, a.elements, vector);
  if (a.addend != nullptr) {
    const Four addend = load(a.addend + begin, at, a.elements, vector);
    for (int k = 0; k < kThreadElements; ++k) x.v[k] = x.v[k] + addend.v[k];
  }
  return x;
}

__device__ inline Input load_input(const ActivationArgs& a, int64_t sample, int64_t at,
                                   bool vector) {
  const uint32_t keep =
      a.keep == nullptr ? ~uint32_t{0} : a.keep[sample * a.words + at / 32] >> (at % 32);
  return {load_sum(a, sample, at, vector), keep};
}

__global__ void activate_batch(ActivationArgs a, float* y, bool vector) {
  for_each_four(a.samples, a.elements, [&](int64_t sample, int64_t at) {
    Four x = load_sum(a, sample, at, vector);
    for (int k = 0; k < kThreadElements; ++k) x.v[k] = element::clip(x.v[k], a.low, a.high);
    store(x, y + sample * a.elements, at, a.elements, vector);
  });
}

__global__ void quantize_batch(ActivationArgs a, float* y, bool vector) {
  const ActivationQuant q = quantizer_of(a);
  for_each_four(a.samples, a.elements, [&](int64_t sample, int64_t at) {
    const Input in = load_input(a, sample, at, vector);
    Four out{};
    for (int k = 0; k < kThreadElements; ++k) {
      const float activated = element::clip(in.x.v[k], q.low, q.high);
      out.v[k] = ((in.keep >> k) & 1U) != 0 ? element::quantize(q, activated).value : activated;
    }
    store(out, y + sample * a.elements, at, a.elements, vector);
  });
}

/// Sums of one thread: gradients of scale and zero point before their factors, and the loss.
enum SumOf { kScaleSum, kZeroPointSum, kLossSum };

/// A gradient that is at hand.
struct GivenGradient {
  const float* grad_y;

  __device__ Four fours(int64_t sample, int64_t at, int64_t elements, bool vector) const {
    return load(grad_y + sample * elements, at, elements, vector);
  }
  __device__ float gradient(float /*y*/, float given, float& /*loss*/) const { return given; }
  __device__ float finished(float grad_x) const { return grad_x; }
};

/// That of a loss against a target.
template <bool kSquare>
struct LossGradient {
  LossArgs args;

  __device__ Four fours(int64_t sample, int64_t at, int64_t elements, bool vector) const {
    return load(args.target + args.rows[sample] * elements, at, elements, vector);
  }
  __device__ float gradient(float y, float target, float& loss) const {
    const Power difference = element::power<kSquare>(y - target, args.p);
    loss += difference.value;
    return difference.slope * static_cast<float>(args.mean);
  }
  __device__ float finished(float grad_x) const {
    return args.fraction == 1 ? grad_x : grad_x * static_cast<float>(args.fraction);
  }
};

/// The backward pass of the thread's four elements.
template <class Outer>
__device__ inline void backward_four(const ActivationArgs& a, const ActivationQuant& q,
                                     const Outer& outer, int64_t sample, int64_t at, bool vector,
                                     float* grad_x, Sums& sums) {
  const Input in = load_input(a, sample, at, vector);
  const Four given = outer.fours(sample, at, a.elements, vector);
  Four out{};
  float scale = 0;
  float zero_point = 0;
  float loss = 0;
  for (int k = 0; k < kThreadElements; ++k) {
    if (at + k >= a.elements) break;
    const float activated = element::clip(in.x.v[k], q.low, q.high);
    const Quantized quantized = element::quantize(q, activated);
    const bool kept = ((in.keep >> k) & 1U) != 0;
    const float g = outer.gradient(kept ? quantized.value : activated, given.v[k], loss);
    const auto gradient = element::activation_gradient(q, quantized, in.x.v[k], kept, g);
    out.v[k] = outer.finished(gradient.x);
    scale += gradient.scale;
    zero_point -= gradient.zero_point;
  }
  store(out, grad_x + sample * a.elements, at, a.elements, vector);
  sums.v[kScaleSum] += static_cast<double>(scale);
  sums.v[kZeroPointSum] += static_cast<double>(zero_point);
  sums.v[kLossSum] += static_cast<double>(loss);
}

template <class Outer>
__device__ inline bool backward_batch(const ActivationArgs& a, const Outer& outer, float* grad_x,
                                      const SumSpace& space, bool vector, Sums& total) {
  const ActivationQuant q = quantizer_of(a);
  Sums sums{};
  for_each_four(a.samples, a.elements, [&](int64_t sample, int64_t at) {
    backward_four(a, q, outer, sample, at, vector, grad_x, sums);
  });
  return grid_sums(space, sums, total);
}

__device__ inline void write_steps(const StepGradients& steps, const Sums& total, float scale,
                                   double fraction) {
  const double zero_point = total.v[kZeroPointSum] * static_cast<double>(scale);
  *steps.scale = static_cast<float>(total.v[kScaleSum] * steps.factor * fraction);
  *steps.zero_point = static_cast<float>(zero_point * steps.factor * fraction);
}

__global__ void quantize_backward_batch(ActivationArgs a, GivenGradient outer, float* grad_x,
                                        StepGradients steps, SumSpace space, bool vector) {
  Sums total;
  if (backward_batch(a, outer, grad_x, space, vector, total)) write_steps(steps, total, *a.scale, 1);
}

template <bool kSquare>
__global__ void activation_loss_batch(ActivationArgs a, LossArgs loss, float* grad_x,
                                      StepGradients steps, SumSpace space, bool vector) {
  Sums total;
  const LossGradient<kSquare> outer{loss};
  if (!backward_batch(a, outer, grad_x, space, vector, total)) return;
  write_steps(steps, total, *a.scale, loss.fraction);
  *loss.loss = total.v[kLossSum] * loss.mean * loss.fraction;
}

template <bool kSquare>
__global__ void power_loss_batch(const float* y, int64_t samples, int64_t elements, LossArgs loss,
                                 float* grad_y, SumSpace space, bool vector) {
  const LossGradient<kSquare> outer{loss};
  Sums sums{};
  for_each_four(samples, elements, [&](int64_t sample, int64_t at) {
    const Four in = load(y + sample * elements, at, elements, vector);
    const Four target = outer.fours(sample, at, elements, vector);
    Four out{};
    float of_four = 0;
    for (int k = 0; k < kThreadElements; ++k) {
      if (at + k >= elements) break;
      out.v[k] = outer.finished(outer.gradient(in.v[k], target.v[k], of_four));
    }
    store(out, grad_y + sample * elements, at, elements, vector);
    sums.v[kLossSum] += static_cast<double>(of_four);
  });
  Sums total;
  if (grid_sums(space, sums, total)) *loss.loss = total.v[kLossSum] * loss.mean * loss.fraction;
}

/// Sums are written even where there is nothing to sum.
int64_t blocks_with_sums(int64_t samples, int64_t elements) {
  const int64_t blocks = blocks_for(samples, elements);
  return blocks == 0 ? 1 : blocks;
}

}  // namespace

void launch_activate(const ActivationArgs& a, float* y, Stream stream) {
  if (a.samples * a.elements == 0) return;
  launch(activate_batch, blocks_for(a.samples, a.elements), kThreads, stream, a, y,
         in_fours(a.elements, a.x, a.addend, y));
}

void launch_quantize(const ActivationArgs& a, float* y, Stream stream) {
  if (a.samples * a.elements == 0) return;
  launch(quantize_batch, blocks_for(a.samples, a.elements), kThreads, stream, a, y,
         in_fours(a.elements, a.x, a.addend, y));
}

void launch_quantize_backward(const ActivationArgs& a, const float* grad_y, float* grad_x,
                              const StepGradients& steps, const SumSpace& space, Stream stream) {
  launch(quantize_backward_batch, blocks_with_sums(a.samples, a.elements), kThreads, stream, a,
         GivenGradient{grad_y}, grad_x, steps, space,
         in_fours(a.elements, a.x, a.addend, grad_y, grad_x));
}

void launch_activation_loss(const ActivationArgs& a, const LossArgs& loss, float* grad_x,
                            const StepGradients& steps, const SumSpace& space, Stream stream) {
  const auto kernel = loss.p == 2.0F ? activation_loss_batch<true> : activation_loss_batch<false>;
  launch(kernel, blocks_with_sums(a.samples, a.elements), kThreads, stream, a, loss, grad_x, steps,
         space, in_fours(a.elements, a.x, a.addend, loss.target, grad_x));
}

void launch_power_loss(const float* y, int64_t samples, int64_t elements, const LossArgs& loss,
                       float* grad_y, const SumSpace& space, Stream stream) {
  const auto kernel = loss.p == 2.0F ? power_loss_batch<true> : power_loss_batch<false>;
  launch(kernel, blocks_with_sums(samples, elements), kThreads, stream, y, samples, elements, loss,
         grad_y, space, in_fours(elements, y, loss.target, grad_y));
}

}  // namespace ptqbench::cuda
