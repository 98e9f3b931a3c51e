#pragma once

#include <cstdint>

#include "methods/kernels/cuda/stream.h"

/// Activations on a CUDA device. All pointers are the device's; a batch is `samples` flat arrays of
/// `elements` numbers, one after another. What is computed for an element has the bits that the CPU
/// gives it; sums are added in an order that depends on the sizes alone, so that they repeat bit
/// for bit, but it is not the CPU's order.
namespace ptqbench::cuda {

/// What enters an activation, and how it is quantized.
struct ActivationArgs {
  const float* x;
  /// Null: none.
  const float* addend;
  /// One bit an element, `words` a sample (see keep_mask.h); null: all quantized.
  const uint32_t* keep;
  int64_t samples;
  int64_t elements;
  int64_t words;
  /// Limits of the non-linearity, infinite where there is none.
  float low;
  float high;
  /// [1] each; null in launch_activate.
  const float* scale;
  const float* zero_point;
  float quant_min;
  float quant_max;
};

/// Partial sums of at most kMostBlocks blocks, three each, and the counter that tells the last of
/// them. The counter is 0 before and after a launch; launches that may overlap need their own.
struct SumSpace {
  double* partial;
  unsigned* ticket;
};
constexpr int64_t kMostBlocks = 1056;
constexpr int64_t kSums = 3;

/// Where the sums of a backward pass go, with what they are multiplied by.
struct StepGradients {
  /// LSQ's factor.
  double factor;
  float* scale;
  float* zero_point;
};

/// A loss against rows of `target`, which has samples like the batch's.
struct LossArgs {
  const float* target;
  const int64_t* rows;
  float p;
  /// One over the positions, and this process' part of the mini-batch (see PowerLoss).
  double mean;
  double fraction;
  double* loss;
};

/// Sum and non-linearity.
void launch_activate(const ActivationArgs& activation, float* y, Stream stream);
/// Sum, non-linearity, fake quantization and mixing.
void launch_quantize(const ActivationArgs& activation, float* y, Stream stream);
/// The gradients of launch_quantize for a gradient `grad_y`.
void launch_quantize_backward(const ActivationArgs& activation, const float* grad_y, float* grad_x,
                              const StepGradients& steps, const SumSpace& space, Stream stream);
/// The loss of what launch_quantize gives, and its gradients.
void launch_activation_loss(const ActivationArgs& activation, const LossArgs& loss, float* grad_x,
                            const StepGradients& steps, const SumSpace& space, Stream stream);
/// The loss of `y` itself.
void launch_power_loss(const float* y, int64_t samples, int64_t elements, const LossArgs& loss,
                       float* grad_y, const SumSpace& space, Stream stream);

}  // namespace ptqbench::cuda
