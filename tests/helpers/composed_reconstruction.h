#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "methods/reconstruction/engine.h"
#include "tests/helpers/stepped_reconstruction.h"

namespace ptqbench::testing {

/// UnitReconstruction written as plain tensor operations under autograd, in the layout its data
/// have: what the fused engine is compared with. Nothing of the engine is used but the quantizer's
/// composition.
class ComposedReconstruction {
 public:
  /// Samples of iteration t.
  using Batch = std::function<std::vector<int64_t>(int64_t t)>;
  /// Keep mask (bool, shape of `like`) of iteration t at a place (see RandomSource).
  using Mask = std::function<at::Tensor(int64_t t, int64_t place, const at::Tensor& like)>;

  ComposedReconstruction(const UnitGraph& model, const Unit& unit, const UnitData& data,
                         const Phase& phase, const MethodSettings& settings, Batch batch,
                         Mask mask);
  ~ComposedReconstruction();

  IterationLoss iterate(int64_t t);

  /// Gradients of the last iteration: of each weight's rounding variable and of each activation's
  /// step, in the order of execution.
  std::vector<at::Tensor> alpha_gradients() const;
  std::vector<at::Tensor> scale_gradients() const;
  /// The sums of the absolute values that each scale's gradient adds up.
  std::vector<double> scale_gradient_magnitudes() const;
  /// Values after the last iteration.
  std::vector<at::Tensor> alphas() const;
  std::vector<at::Tensor> scales() const;
  /// Sets both from the engine's state; Adam's moments stay.
  void restore(const VariableMap& state);
  /// How many elements of the last iteration lay where float32 may see the other side of a
  /// boundary: activations where they are rounded up or the non-linearity bends, weights where
  /// their rectified sigmoid does.
  int64_t boundary_elements() const;

 private:
  class PlainPass;
  const UnitGraph& model_;
  const Unit& unit_;
  const UnitData& data_;
  const Phase& phase_;
  Batch batch_;
  Mask mask_;
  std::unique_ptr<PlainPass> pass_;
};

}  // namespace ptqbench::testing
