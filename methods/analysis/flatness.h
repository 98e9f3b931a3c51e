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
/// QDrop (arXiv:2203.05740, section 3), which explains its results by how little the loss of the
/// quantized weights changes when they are perturbed, on calibration data and on test data.
///
/// L(w + v) - L(w) is measured with w all quantized weights of the model (those without quantizer
/// in full precision) and v of the stated relative norm along random directions (see
/// filter_normalised_direction); the same directions serve all magnitudes and all losses. Biases
/// stay. What differs from the paper: there v stands for what the quantization of activations
/// amounts to, a factor 1 + v(x) on the weights that depends on the sample, while activations are
/// in full precision. Here v is random, additive and the same for all samples, activations stay
/// quantized, and w + v is not rounded to the grid again. So figures compare with each other, not
/// with the paper's.
std::vector<Flatness> measure_flatness(const UnitGraph& model,
                                       const std::vector<LossOfPass>& losses,
                                       const FlatnessOptions& options);

}  // namespace ptqbench
