#include "methods/nn/initial_values.h"

#include <torch/types.h>

namespace ptqbench {
namespace {

// How many ShapesOnly of this thread are alive.
thread_local int shapes_only = 0;

/// Memory that is not written to takes none.
at::Tensor shape_of(at::IntArrayRef sizes) { return at::empty(sizes); }

}  // namespace

ShapesOnly::ShapesOnly() { ++shapes_only; }
ShapesOnly::~ShapesOnly() { --shapes_only; }

at::Tensor normal_values(at::IntArrayRef sizes, double deviation) {
  return shapes_only > 0 ? shape_of(sizes) : at::randn(sizes) * deviation;
}

at::Tensor uniform_values(at::IntArrayRef sizes, double bound) {
  return shapes_only > 0 ? shape_of(sizes) : (at::rand(sizes) * 2 - 1) * bound;
}

}  // namespace ptqbench
