#pragma once

#include <cstdint>

#include "methods/kernels/cuda/stream.h"

/// Rows of a stream on a CUDA device, copied bit for bit. All pointers are the device's.
namespace ptqbench::cuda {

struct GatherArgs {
  const void* source;
  /// [samples]
  const int64_t* rows;
  int64_t samples;
  /// Of one sample.
  int64_t bytes;
  void* out;
};

struct GatherMixArgs {
  const float* quantized;
  const float* full_precision;
  /// `words` a sample: 1 takes the element from `quantized`.
  const uint32_t* keep;
  const int64_t* rows;
  int64_t samples;
  int64_t elements;
  int64_t words;
  float* out;
};

void launch_gather(const GatherArgs& args, Stream stream);
void launch_gather_mix(const GatherMixArgs& args, Stream stream);

}  // namespace ptqbench::cuda
