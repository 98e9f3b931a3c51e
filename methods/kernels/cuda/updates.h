#pragma once

#include <cstdint>

#include "methods/kernels/cuda/activation.h"
#include "methods/kernels/cuda/stream.h"

/// Updates of what is learned, on a CUDA device. Descriptors are handed over by value, pointers are
/// the device's; `scalars` are those of IterationScalar, read on the device. Every updated number
/// has the bits that the CPU gives it; the regulariser's value is a sum in an order of its own that
/// depends on the sizes alone.
namespace ptqbench::cuda {

/// One weight, see RoundingState.
struct Rounding {
  const float* gradient;
  const float* floor;
  float* alpha;
  float* first_moment;
  float* second_moment;
  float* soft;
  /// [1], or one each row.
  const float* scale;
  const float* zero_point;
  int64_t elements;
  /// Elements that share a scale.
  int64_t row_elements;
  float quant_min;
  float quant_max;
};

/// As many as fit into the 4 KiB of a kernel's parameters.
constexpr int kMostRoundings = 32;
struct RoundingList {
  int count;
  Rounding item[kMostRoundings];
};

/// `value` receives the regulariser's value before the update; where `adds`, it is added to what
/// is there.
void launch_step_roundings(const RoundingList& roundings, const double* scalars, double* value,
                           bool adds, const SumSpace& space, Stream stream);

/// One learned number of an activation quantizer, see StepState.
struct Step {
  const float* gradient;
  float* value;
  float* first_moment;
  float* second_moment;
  bool is_scale;
  float minimum;
  float maximum;
};

constexpr int kMostSteps = 64;
struct StepList {
  int count;
  Step item[kMostSteps];
};

void launch_step_quantizers(const StepList& steps, const double* scalars, Stream stream);

}  // namespace ptqbench::cuda
