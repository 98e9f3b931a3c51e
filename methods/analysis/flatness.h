#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "methods/nn/unit_graph.h"

namespace ptqbench {

/// How flat the loss is around the weights of a quantized model.
struct FlatnessOptions {
  uint64_t seed = 0;
  /// Random directions that are averaged over.
  int64_t directions = 1;
  /// Norm of a perturbation relative to that of the weights.
  std::vector<double> magnitudes;
};

/// The loss on some samples of the model run by a pass.
using LossOfPass = std::function<double(Pass&)>;

struct Flatness {
  /// Without perturbation.
  double loss = 0;
  /// Mean over the directions of L(w + v) - L(w), one for each magnitude.
  std::vector<double> loss_change;
};

/// A random direction for the weights of one site, float32 contiguous: normal numbers, each filter
/// (slice of the first dimension) scaled to the norm of the filter of `weight` (Li et al.,
/// arXiv:1712.09913, section 4), so that layers that only differ in scale are perturbed alike.
/// Decided by seed, name, direction number and place in the tensor alone.
at::Tensor filter_normalised_direction(const at::Tensor& weight, const std::string& name,
                                       uint64_t seed, int64_t direction);

/// Flatness of a quantized model, one for each of `losses` (calibration data, test data), after
/// QDrop (arXiv:2203.05740, section 3): there the quantization of activations is seen as a
/// perturbation of the quantized weights, 1 + v(x) times them, and a method is good when the loss
/// changes little under it, on calibration data and on test data.
///
/// Measured is L(w + v) - L(w) with w the quantized weights of the model (those without quantizer
/// in full precision), activations in full precision, biases as they are, and v of the stated
/// relative norm along random directions (see filter_normalised_direction); the same directions
/// serve all magnitudes and all losses. What differs from the paper: v is random, additive and the
/// same for all samples, where the paper's depends on the sample; w + v is not rounded to the grid
/// again. So figures compare with each other, not with the paper's. Quantized activations would
/// make the loss jump: where many positions have equal values, as a picture's background has, any v
/// carries all of them over a rounding boundary at once.
std::vector<Flatness> measure_flatness(const UnitGraph& model,
                                       const std::vector<LossOfPass>& losses,
                                       const FlatnessOptions& options);

}  // namespace ptqbench
