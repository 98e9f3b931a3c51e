#pragma once

#include "methods/kernels/kernels.h"
#include "methods/kernels/cuda/stream.h"

namespace ptqbench {

/// The stream that kernels are launched on, and what belongs to it.
class LaunchSite {
 public:
  virtual ~LaunchSite() = default;
  virtual cuda::Stream stream() const = 0;
  /// A counter on the device, 0 between launches, for the stream's work alone.
  virtual unsigned* ticket() const = 0;
  /// After each launch. Throws where it was refused.
  virtual void require_launched() const = 0;
};

/// Kernels as launches of methods/kernels/cuda: tensors in, device pointers out. Memory comes from
/// LibTorch's allocator, and nothing waits for the device, so that launches may be captured.
class LaunchedKernels : public Kernels {
 public:
  /// The site must outlive the kernels.
  explicit LaunchedKernels(const LaunchSite& site) : site_(site) {}

  at::Tensor gather(const at::Tensor& source, const at::Tensor& rows) const override;
  at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                        const at::Tensor& rows, const at::Tensor& keep) const override;
  at::Tensor activate(const at::Tensor& x, const at::Tensor& addend,
                      Nonlinearity nonlinearity) const override;
  at::Tensor quantize(const QuantizedActivation& activation) const override;
  ActivationGradients quantize_backward(const QuantizedActivation& activation,
                                        const at::Tensor& gradient) const override;
  LossWithGradients activation_loss(const QuantizedActivation& activation,
                                    const TargetRows& target,
                                    const PowerLoss& loss) const override;
  LossWithGradients power_loss(const at::Tensor& output, const TargetRows& target,
                               const PowerLoss& loss) const override;
  at::Tensor step_roundings(const std::vector<RoundingState>& roundings,
                            const at::Tensor& scalars) const override;
  void step_quantizers(const std::vector<StepState>& steps,
                       const at::Tensor& scalars) const override;
  void draw_keep_masks(const std::vector<KeepMaskDraw>& draws,
                       const IterationNow& now) const override;
  void load_iteration(const IterationTable& table, const IterationNow& now) const override;
  void record_losses(const at::Tensor& loss, const at::Tensor& rounding, const IterationNow& now,
                     const LossCurveBuffer& curve) const override;

 private:
  const LaunchSite& site_;
};

}  // namespace ptqbench
