#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// What a layer's parameters start from, drawn from the global generator: normal numbers of this
/// standard deviation, or uniform ones between -bound and bound.
at::Tensor normal_values(at::IntArrayRef sizes, double deviation);
at::Tensor uniform_values(at::IntArrayRef sizes, double bound);

/// While one lives, the two functions above draw nothing on its thread and return zeros of the
/// shape asked for, of which only one is in memory: for models that are counted and never trained,
/// such as a BERT of 440 MB. Such values are not to be written to.
class ShapesOnly {
 public:
  ShapesOnly();
  ~ShapesOnly();
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;
};

}  // namespace ptqbench
