#pragma once

#include <ATen/core/Tensor.h>

namespace ptqbench {

/// What a layer's parameters start from, drawn from the global generator: normal numbers of this
/// standard deviation, or uniform ones between -bound and bound.
at::Tensor normal_values(at::IntArrayRef sizes, double deviation);
at::Tensor uniform_values(at::IntArrayRef sizes, double bound);

/// While one lives, the two functions above draw nothing on its thread and leave the values open, so
/// that they take no memory until they are written to: for models that are counted and never
/// trained, such as a BERT of 440 MB.
class ShapesOnly {
 public:
  ShapesOnly();
  ~ShapesOnly();
  ShapesOnly(const ShapesOnly&) = delete;
  ShapesOnly& operator=(const ShapesOnly&) = delete;
};

}  // namespace ptqbench
