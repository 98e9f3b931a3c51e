#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

#include "methods/kernels/iteration_scalar.h"
#include "methods/nn/nonlinearity.h"
#include "methods/quantizer/affine.h"

namespace ptqbench {

/// A mini-batch [N, ...] on its way through an activation quantizer. All tensors are float32 and
/// dense sample by sample (samples_are_dense), `x` and `addend` with the same strides.
struct QuantizedActivation {
  at::Tensor x;
  /// Undefined: none.
  at::Tensor addend;
  Nonlinearity nonlinearity = Nonlinearity::kNone;
  /// [1] each.
  at::Tensor scale;
  at::Tensor zero_point;
  IntegerRange range;
  /// int32 words (see keep_mask.h); undefined: every element is quantized.
  at::Tensor keep;
};

/// Gradients of the terms [N, ...], the scale [1] and the zero point [1].
struct ActivationGradients {
  at::Tensor x;
  at::Tensor scale;
  at::Tensor zero_point;
};

/// What a loss is computed against: rows of a tensor whose samples are laid out as the batch's.
struct TargetRows {
  at::Tensor source;
  /// int64 [N].
  at::Tensor rows;
};

/// How a sum of |difference|^p becomes a loss.
struct PowerLoss {
  double p = 2;
  /// Elements that the sum is divided by.
  double positions = 1;
  /// This process' part of the mini-batch; gradients and value are multiplied by it.
  double fraction = 1;
};

/// A loss (float64, no dimensions) with gradients for what it was computed from.
struct LossWithGradients {
  at::Tensor loss;
  ActivationGradients gradients;
};

/// The learned rounding of one weight, see LearnedRounding; tensors laid out alike. `alpha`, the
/// moments and `soft` are updated.
struct RoundingState {
  at::Tensor gradient;
  at::Tensor floor;
  at::Tensor alpha;
  at::Tensor first_moment;
  at::Tensor second_moment;
  at::Tensor soft;
  AffineQuantizer quantizer;
};

/// One learned number of an activation quantizer, [1] each. `value` and the moments are updated.
struct StepState {
  at::Tensor gradient;
  at::Tensor value;
  at::Tensor first_moment;
  at::Tensor second_moment;
  /// A scale stays positive: its magnitude is taken and bounded by kSmallestScale. Zero points are
  /// kept within [minimum, maximum].
  enum class Kind { kScale, kZeroPoint } kind = Kind::kScale;
  float minimum = 0;
  float maximum = 0;
};

/// Where a mini-batch's keep masks come from: the Philox stream `key`, numbered by iteration and
/// place (see keep_mask.h).
struct KeepMaskDraw {
  std::array<uint32_t, 2> key;
  int64_t place = 0;
  double drop_probability = 0;
  /// int32 [N, words], filled.
  at::Tensor words;
};

/// The numbers of one iteration, on the device that computes, always at the same addresses.
struct IterationNow {
  /// int64 [1].
  at::Tensor t;
  /// int64 [batch]: rows of the streams that are computed here, and the slots of the mini-batch
  /// that they fill; only as many as are held here count.
  at::Tensor rows;
  at::Tensor slots;
  /// float64 [kScalarCount], see IterationScalar.
  at::Tensor scalars;
  /// int64 [1]: the place of this iteration in the loss curve; -1: none.
  at::Tensor point;
};

/// The same for many iterations, first dimension: the iteration.
struct IterationTable {
  at::Tensor t;
  at::Tensor rows;
  at::Tensor slots;
  at::Tensor scalars;
  at::Tensor point;
  /// int64 [1]: the iteration that is loaded next.
  at::Tensor next;
};

/// Losses of a unit, kept on the device until somebody asks.
struct LossCurveBuffer {
  /// float64 [points, 2]: reconstruction and rounding loss.
  at::Tensor points;
  /// float64 [2]: those of the latest iteration.
  at::Tensor latest;
  /// int64 [1]: the first iteration whose loss was not finite; -1: none.
  at::Tensor bad;
};

/// The fused passes over memory that an iteration is made of, for one kind of device. Everything
/// lies on that device; nothing is read back to the host except on the CPU.
class Kernels {
 public:
  virtual ~Kernels() = default;

  /// Rows of `source` [S, ...] (dense samples of any type), laid out as there.
  virtual at::Tensor gather(const at::Tensor& source, const at::Tensor& rows) const = 0;
  /// Rows with each element from `quantized` where the keep mask is 1 and from `full_precision`
  /// where it is 0, which have the same layout (QDrop, arXiv:2203.05740, algorithm 1).
  virtual at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                                const at::Tensor& rows, const at::Tensor& keep) const = 0;

  /// Sum and non-linearity alone.
  virtual at::Tensor activate(const at::Tensor& x, const at::Tensor& addend,
                              Nonlinearity nonlinearity) const = 0;
  /// Sum, non-linearity, fake quantization and mixing.
  virtual at::Tensor quantize(const QuantizedActivation& activation) const = 0;
  virtual ActivationGradients quantize_backward(const QuantizedActivation& activation,
                                                const at::Tensor& gradient) const = 0;
  /// quantize(), its loss against the target, and the gradients of that.
  virtual LossWithGradients activation_loss(const QuantizedActivation& activation,
                                            const TargetRows& target,
                                            const PowerLoss& loss) const = 0;
  /// The loss of an output as it is; only gradients.x is set.
  virtual LossWithGradients power_loss(const at::Tensor& output, const TargetRows& target,
                                       const PowerLoss& loss) const = 0;

  /// Gradient, regulariser, Adam and next soft weight of all weights. Returns the regulariser's
  /// value before the update (float64 [1]).
  virtual at::Tensor step_roundings(const std::vector<RoundingState>& roundings,
                                    const at::Tensor& scalars) const = 0;
  virtual void step_quantizers(const std::vector<StepState>& steps,
                               const at::Tensor& scalars) const = 0;

  virtual void draw_keep_masks(const std::vector<KeepMaskDraw>& draws,
                               const IterationNow& now) const = 0;
  /// Loads the table's next iteration, and counts.
  virtual void load_iteration(const IterationTable& table, const IterationNow& now) const = 0;
  /// `loss` [] and `rounding` [1] (undefined: 0), float64.
  virtual void record_losses(const at::Tensor& loss, const at::Tensor& rounding,
                             const IterationNow& now, const LossCurveBuffer& curve) const = 0;
};

/// Those of the device's kind; tensor operations where there are none of its own.
const Kernels& kernels_on(const at::Device& device);

/// While it lives, kernels_on() has others for the CPU: for tests of what only devices run. Not for
/// several threads at once.
class CpuKernelsReplaced {
 public:
  explicit CpuKernelsReplaced(const Kernels& kernels);
  ~CpuKernelsReplaced();
  CpuKernelsReplaced(const CpuKernelsReplaced&) = delete;
  CpuKernelsReplaced& operator=(const CpuKernelsReplaced&) = delete;
};

/// Compositions of tensor operations, for every device: what the others are compared with.
const Kernels& composed_kernels();

}  // namespace ptqbench
