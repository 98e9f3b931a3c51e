#include "methods/kernels/cuda/launched_kernels.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "methods/kernels/cuda/activation.h"
#include "methods/kernels/cuda/gather.h"
#include "methods/kernels/cuda/iteration.h"
#include "methods/kernels/cuda/updates.h"
#include "methods/kernels/lsq.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {
namespace {

const uint32_t* words_of(const at::Tensor& keep) {
  return reinterpret_cast<const uint32_t*>(keep.data_ptr<int32_t>());
}

int64_t elements_of(const at::Tensor& batch) {
  return batch.numel() / std::max<int64_t>(1, batch.size(0));
}

cuda::ActivationArgs terms(const at::Tensor& x, const at::Tensor& addend,
                           Nonlinearity nonlinearity) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  cuda::ActivationArgs args{};
  args.x = x.data_ptr<float>();
  args.addend = addend.defined() ? addend.data_ptr<float>() : nullptr;
  args.samples = x.size(0);
  args.elements = elements_of(x);
  args.low = nonlinearity == Nonlinearity::kNone ? -kInfinity : 0.0F;
  args.high = nonlinearity == Nonlinearity::kRelu6 ? 6.0F : kInfinity;
  return args;
}

cuda::ActivationArgs arguments(const QuantizedActivation& a) {
  auto args = terms(a.x, a.addend, a.nonlinearity);
  args.keep = a.keep.defined() ? words_of(a.keep) : nullptr;
  args.words = a.keep.defined() ? a.keep.size(1) : 0;
  args.scale = a.scale.data_ptr<float>();
  args.zero_point = a.zero_point.data_ptr<float>();
  args.quant_min = static_cast<float>(a.range.minimum);
  args.quant_max = static_cast<float>(a.range.maximum);
  return args;
}

cuda::LossArgs arguments(const TargetRows& target, const PowerLoss& loss, const at::Tensor& value) {
  return {target.source.data_ptr<float>(),
          target.rows.data_ptr<int64_t>(),
          static_cast<float>(loss.p),
          1 / loss.positions,
          loss.fraction,
          value.data_ptr<double>()};
}

/// Room for the sums of one launch.
class SumRoom {
 public:
  SumRoom(const at::Tensor& like, const LaunchSite& site)
      : partial_(at::empty({cuda::kMostBlocks, cuda::kSums}, like.options().dtype(at::kDouble))),
        space_{partial_.data_ptr<double>(), site.ticket()} {}
  const cuda::SumSpace& space() const { return space_; }

 private:
  at::Tensor partial_;
  cuda::SumSpace space_;
};

ActivationGradients empty_gradients(const at::Tensor& x) {
  return {at::empty_like(x), at::empty({1}, x.options()), at::empty({1}, x.options())};
}

cuda::StepGradients arguments(const QuantizedActivation& a, const ActivationGradients& gradients) {
  return {step_gradient_factor(a.x.numel(), a.range), gradients.scale.data_ptr<float>(),
          gradients.zero_point.data_ptr<float>()};
}

cuda::Rounding arguments(const RoundingState& r) {
  const int64_t elements = r.soft.numel();
  return {r.gradient.data_ptr<float>(),
          r.floor.data_ptr<float>(),
          r.alpha.data_ptr<float>(),
          r.first_moment.data_ptr<float>(),
          r.second_moment.data_ptr<float>(),
          r.soft.data_ptr<float>(),
          r.quantizer.scale.data_ptr<float>(),
          r.quantizer.zero_point.data_ptr<float>(),
          elements,
          r.quantizer.per_channel() ? elements / r.soft.size(0) : elements,
          static_cast<float>(r.quantizer.range.minimum),
          static_cast<float>(r.quantizer.range.maximum)};
}

cuda::Step arguments(const StepState& s) {
  return {s.gradient.data_ptr<float>(),      s.value.data_ptr<float>(),
          s.first_moment.data_ptr<float>(),  s.second_moment.data_ptr<float>(),
          s.kind == StepState::Kind::kScale, s.minimum,
          s.maximum};
}

cuda::KeepDraw arguments(const KeepMaskDraw& d) {
  return {reinterpret_cast<uint32_t*>(d.words.data_ptr<int32_t>()),
          d.words.size(0),
          d.words.size(1),
          {d.key[0], d.key[1]},
          static_cast<uint32_t>(d.place),
          static_cast<uint32_t>(std::lround(d.drop_probability * 65536))};
}

/// Calls launch(list, whether it is the first) with at most `most` descriptors at a time.
template <class List, class State, class Launch>
void in_lists(const std::vector<State>& all, int most, const Launch& launch) {
  for (size_t begin = 0; begin < all.size(); begin += static_cast<size_t>(most)) {
    List list{};
    list.count = static_cast<int>(std::min(all.size() - begin, static_cast<size_t>(most)));
    for (int i = 0; i < list.count; ++i)
      list.item[i] = arguments(all[begin + static_cast<size_t>(i)]);
    launch(list, begin == 0);
  }
}

}  // namespace

at::Tensor LaunchedKernels::gather(const at::Tensor& source, const at::Tensor& rows) const {
  auto out = batch_like(source, rows.numel());
  const int64_t bytes = elements_of(source) * static_cast<int64_t>(source.element_size());
  cuda::launch_gather(
      {source.data_ptr(), rows.data_ptr<int64_t>(), rows.numel(), bytes, out.data_ptr()},
      site_.stream());
  site_.require_launched();
  return out;
}

at::Tensor LaunchedKernels::gather_mix(const at::Tensor& quantized,
                                       const at::Tensor& full_precision, const at::Tensor& rows,
                                       const at::Tensor& keep) const {
  auto out = batch_like(quantized, rows.numel());
  cuda::launch_gather_mix(
      {quantized.data_ptr<float>(), full_precision.data_ptr<float>(), words_of(keep),
       rows.data_ptr<int64_t>(), rows.numel(), elements_of(quantized), keep.size(1),
       out.data_ptr<float>()},
      site_.stream());
  site_.require_launched();
  return out;
}

at::Tensor LaunchedKernels::activate(const at::Tensor& x, const at::Tensor& addend,
                                     Nonlinearity nonlinearity) const {
  auto y = at::empty_like(x);
  cuda::launch_activate(terms(x, addend, nonlinearity), y.data_ptr<float>(), site_.stream());
  site_.require_launched();
  return y;
}

at::Tensor LaunchedKernels::quantize(const QuantizedActivation& a) const {
  auto y = at::empty_like(a.x);
  cuda::launch_quantize(arguments(a), y.data_ptr<float>(), site_.stream());
  site_.require_launched();
  return y;
}

ActivationGradients LaunchedKernels::quantize_backward(const QuantizedActivation& a,
                                                       const at::Tensor& gradient) const {
  auto gradients = empty_gradients(a.x);
  const SumRoom room(a.x, site_);
  cuda::launch_quantize_backward(arguments(a), gradient.data_ptr<float>(),
                                 gradients.x.data_ptr<float>(), arguments(a, gradients),
                                 room.space(), site_.stream());
  site_.require_launched();
  return gradients;
}

LossWithGradients LaunchedKernels::activation_loss(const QuantizedActivation& a,
                                                   const TargetRows& target,
                                                   const PowerLoss& loss) const {
  LossWithGradients result{at::empty({}, a.x.options().dtype(at::kDouble)), empty_gradients(a.x)};
  const SumRoom room(a.x, site_);
  cuda::launch_activation_loss(arguments(a), arguments(target, loss, result.loss),
                               result.gradients.x.data_ptr<float>(),
                               arguments(a, result.gradients), room.space(), site_.stream());
  site_.require_launched();
  return result;
}

LossWithGradients LaunchedKernels::power_loss(const at::Tensor& output, const TargetRows& target,
                                              const PowerLoss& loss) const {
  LossWithGradients result{at::empty({}, output.options().dtype(at::kDouble)),
                           {at::empty_like(output), {}, {}}};
  const SumRoom room(output, site_);
  cuda::launch_power_loss(output.data_ptr<float>(), output.size(0), elements_of(output),
                          arguments(target, loss, result.loss),
                          result.gradients.x.data_ptr<float>(), room.space(), site_.stream());
  site_.require_launched();
  return result;
}

at::Tensor LaunchedKernels::step_roundings(const std::vector<RoundingState>& roundings,
                                           const at::Tensor& scalars) const {
  if (roundings.empty()) return at::zeros({1}, scalars.options());
  auto value = at::empty({1}, scalars.options());
  const SumRoom room(scalars, site_);
  in_lists<cuda::RoundingList>(
      roundings, cuda::kMostRoundings, [&](const cuda::RoundingList& list, bool first) {
        cuda::launch_step_roundings(list, scalars.data_ptr<double>(), value.data_ptr<double>(),
                                    !first, room.space(), site_.stream());
        site_.require_launched();
      });
  return value;
}

void LaunchedKernels::step_quantizers(const std::vector<StepState>& steps,
                                      const at::Tensor& scalars) const {
  in_lists<cuda::StepList>(steps, cuda::kMostSteps, [&](const cuda::StepList& list, bool) {
    cuda::launch_step_quantizers(list, scalars.data_ptr<double>(), site_.stream());
    site_.require_launched();
  });
}

void LaunchedKernels::draw_keep_masks(const std::vector<KeepMaskDraw>& draws,
                                      const IterationNow& now) const {
  in_lists<cuda::KeepDrawList>(draws, cuda::kMostDraws, [&](const cuda::KeepDrawList& list, bool) {
    cuda::launch_draw_keep_masks(list, now.t.data_ptr<int64_t>(), now.slots.data_ptr<int64_t>(),
                                 site_.stream());
    site_.require_launched();
  });
}

void LaunchedKernels::load_iteration(const IterationTable& table, const IterationNow& now) const {
  cuda::launch_load_iteration(
      {table.t.data_ptr<int64_t>(), table.rows.data_ptr<int64_t>(),
       table.slots.data_ptr<int64_t>(), table.scalars.data_ptr<double>(),
       table.point.data_ptr<int64_t>(), table.next.data_ptr<int64_t>(), now.t.data_ptr<int64_t>(),
       now.rows.data_ptr<int64_t>(), now.slots.data_ptr<int64_t>(), now.scalars.data_ptr<double>(),
       now.point.data_ptr<int64_t>(), now.rows.numel(), now.scalars.numel()},
      site_.stream());
  site_.require_launched();
}

void LaunchedKernels::record_losses(const at::Tensor& loss, const at::Tensor& rounding,
                                    const IterationNow& now, const LossCurveBuffer& curve) const {
  cuda::launch_record_losses(
      {loss.data_ptr<double>(), rounding.defined() ? rounding.data_ptr<double>() : nullptr,
       now.t.data_ptr<int64_t>(), now.point.data_ptr<int64_t>(), curve.points.data_ptr<double>(),
       curve.latest.data_ptr<double>(), curve.bad.data_ptr<int64_t>()},
      site_.stream());
  site_.require_launched();
}

}  // namespace ptqbench
