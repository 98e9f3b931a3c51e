#pragma once

#include "tasks/models/onnx/operator.h"

namespace ptqbench::onnx {

/// Kernel, strides, dilations and paddings of convolutions and pools, one number a dimension of
/// space.
struct Windows {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  /// In front of the first and behind the last position.
  std::vector<int64_t> before;
  std::vector<int64_t> after;

  size_t dimensions() const { return kernel.size(); }
  bool same_on_both_sides() const { return before == after; }
  /// From the first to the last position of a window, with what lies between.
  int64_t extent(size_t dimension) const {
    return (kernel[dimension] - 1) * dilations[dimension] + 1;
  }
};

/// The node's windows over `x` [N, C, ...]: its attributes, with auto_pad resolved for the size of
/// `x`. Throws IoError on numbers that do not fit.
Windows windows_of(const Call& call, const at::Tensor& x, const std::vector<int64_t>& kernel);

/// `x` [N, C, ...] with `value` around it, so many positions a dimension of space.
at::Tensor padded(const at::Tensor& x, const std::vector<int64_t>& before,
                  const std::vector<int64_t>& after, double value);

}  // namespace ptqbench::onnx
