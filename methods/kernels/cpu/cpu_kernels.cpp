#include "methods/kernels/cpu/cpu_kernels.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "methods/kernels/cpu/activation_quant.h"
#include "methods/kernels/cpu/keep_mask.h"
#include "methods/kernels/cpu/mix.h"
#include "methods/kernels/cpu/rounding_step.h"
#include "methods/kernels/lsq.h"
#include "methods/kernels/sample_layout.h"

namespace ptqbench {
namespace {

/// Fewer elements of a weight than this are not worth a thread.
constexpr int64_t kMinimumElements = 4096;

cpu::ActivationQuant limits(Nonlinearity nonlinearity) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  cpu::ActivationQuant q{};
  q.low = nonlinearity == Nonlinearity::kNone ? -kInfinity : 0.0F;
  q.high = nonlinearity == Nonlinearity::kRelu6 ? 6.0F : kInfinity;
  return q;
}

cpu::ActivationQuant scalars(const QuantizedActivation& a) {
  auto q = limits(a.nonlinearity);
  q.scale = *a.scale.data_ptr<float>();
  q.zero_point = std::nearbyint(*a.zero_point.data_ptr<float>());
  q.quant_min = static_cast<float>(a.range.minimum);
  q.quant_max = static_cast<float>(a.range.maximum);
  return q;
}

const uint32_t* words_of(const at::Tensor& keep) {
  return reinterpret_cast<const uint32_t*>(keep.data_ptr<int32_t>());
}

/// A mini-batch as flat arrays, one a sample.
class Samples {
 public:
  Samples(const at::Tensor& x, const at::Tensor& addend, const at::Tensor& keep)
      : count_(x.size(0)),
        elements_(x.numel() / std::max<int64_t>(1, x.size(0))),
        words_(keep.defined() ? keep.size(1) : 0),
        x_(x.data_ptr<float>()),
        addend_(addend.defined() ? addend.data_ptr<float>() : nullptr),
        keep_(keep.defined() ? words_of(keep) : nullptr) {}
  explicit Samples(const QuantizedActivation& a) : Samples(a.x, a.addend, a.keep) {}

  int64_t count() const { return count_; }
  int64_t elements() const { return elements_; }
  cpu::ActivationInput input(int64_t sample) const {
    const int64_t at = sample * elements_;
    return {x_ + at, addend_ == nullptr ? nullptr : addend_ + at,
            keep_ == nullptr ? nullptr : keep_ + sample * words_};
  }

 private:
  int64_t count_;
  int64_t elements_;
  int64_t words_;
  const float* x_;
  const float* addend_;
  const uint32_t* keep_;
};

/// Where a sample of the batch finds its target.
class Targets {
 public:
  explicit Targets(const TargetRows& target)
      : source_(target.source.data_ptr<float>()),
        rows_(target.rows.data_ptr<int64_t>()),
        elements_(target.source.numel() / std::max<int64_t>(1, target.source.size(0))) {}
  const float* of(int64_t sample) const { return source_ + rows_[sample] * elements_; }

 private:
  const float* source_;
  const int64_t* rows_;
  int64_t elements_;
};

template <class OneSample>
void for_each_sample(int64_t count, const OneSample& one_sample) {
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s) one_sample(s);
  });
}

/// `one_sample(s)` for every sample; the sums are added in the order of the samples.
template <class OneSample>
cpu::ActivationSums sum_over_samples(int64_t count, const OneSample& one_sample) {
  std::vector<cpu::ActivationSums> partial(static_cast<size_t>(count));
  for_each_sample(count, [&](int64_t s) { partial[static_cast<size_t>(s)] = one_sample(s); });
  cpu::ActivationSums total;
  for (const auto& p : partial) {
    total.scale += p.scale;
    total.zero_point += p.zero_point;
    total.loss += p.loss;
  }
  return total;
}

using ForwardPass = void (*)(const cpu::ActivationQuant&, const cpu::ActivationInput&, float*,
                             int64_t);

at::Tensor forward(ForwardPass pass, const cpu::ActivationQuant& q, const Samples& samples,
                   const at::Tensor& x) {
  auto y = at::empty_like(x);
  float* out = y.data_ptr<float>();
  for_each_sample(samples.count(), [&](int64_t s) {
    pass(q, samples.input(s), out + s * samples.elements(), samples.elements());
  });
  return y;
}

at::Tensor scalar(double value) { return at::full({1}, value, at::kFloat); }

ActivationGradients gradients_of(const QuantizedActivation& a, const at::Tensor& grad_x,
                                 const cpu::ActivationSums& sums, double fraction) {
  const double factor = step_gradient_factor(a.x.numel(), a.range);
  return {fraction == 1 ? grad_x : grad_x * fraction, scalar(sums.scale * factor * fraction),
          scalar(sums.zero_point * factor * fraction)};
}

/// Rows [begin, end) of one weight; a row is an output channel.
void step_rows(const RoundingState& r, const cpu::RoundingScalars& step, int64_t begin, int64_t end,
               double* partial) {
  const int64_t n = r.soft.numel() / r.soft.size(0);
  const bool per_channel = r.quantizer.per_channel();
  const float* scale = r.quantizer.scale.data_ptr<float>();
  const float* zero_point = r.quantizer.zero_point.data_ptr<float>();
  const float* floor = r.floor.data_ptr<float>();
  const float* gradient = r.gradient.data_ptr<float>();
  float* alpha = r.alpha.data_ptr<float>();
  float* first_moment = r.first_moment.data_ptr<float>();
  float* second_moment = r.second_moment.data_ptr<float>();
  float* soft = r.soft.data_ptr<float>();
  for (int64_t row = begin; row < end; ++row) {
    const int64_t at = row * n;
    const int64_t channel = per_channel ? row : 0;
    partial[row] = cpu::rounding_step(
        step,
        {scale[channel], zero_point[channel], floor + at, gradient + at, alpha + at,
         first_moment + at, second_moment + at, soft + at},
        n);
  }
}

/// The regulariser's sum over a weight, not yet weighted.
double step_rounding(const RoundingState& r, const double* scalars) {
  const cpu::RoundingScalars step{static_cast<float>(r.quantizer.range.minimum),
                                  static_cast<float>(r.quantizer.range.maximum),
                                  static_cast<float>(scalars[kBeta]),
                                  static_cast<float>(scalars[kRoundWeight]),
                                  static_cast<float>(scalars[kRoundingRate]),
                                  static_cast<float>(scalars[kRoundingMoment])};
  const int64_t rows = r.soft.size(0);
  const int64_t n = r.soft.numel() / rows;
  std::vector<double> partial(static_cast<size_t>(rows));
  at::parallel_for(0, rows, 1 + kMinimumElements / n, [&](int64_t begin, int64_t end) {
    step_rows(r, step, begin, end, partial.data());
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum;
}

/// Row `from` of `table` into `now`, as many bytes as a row has.
void copy_row(const at::Tensor& table, int64_t from, const at::Tensor& now) {
  const size_t bytes = static_cast<size_t>(table.numel() / table.size(0)) * table.element_size();
  std::memcpy(now.data_ptr(),
              static_cast<const char*>(table.data_ptr()) + static_cast<size_t>(from) * bytes,
              bytes);
}

class CpuKernels : public Kernels {
 public:
  at::Tensor gather(const at::Tensor& source, const at::Tensor& rows) const override {
    auto out = batch_like(source, rows.numel());
    const size_t bytes =
        static_cast<size_t>(source.numel() / source.size(0)) * source.element_size();
    const auto* from = static_cast<const char*>(source.data_ptr());
    auto* to = static_cast<char*>(out.data_ptr());
    const int64_t* row = rows.data_ptr<int64_t>();
    for_each_sample(rows.numel(), [&](int64_t b) {
      const auto slot = static_cast<size_t>(b);
      std::memcpy(to + slot * bytes, from + static_cast<size_t>(row[b]) * bytes, bytes);
    });
    return out;
  }

  at::Tensor gather_mix(const at::Tensor& quantized, const at::Tensor& full_precision,
                        const at::Tensor& rows, const at::Tensor& keep) const override {
    auto out = batch_like(quantized, rows.numel());
    const int64_t elements = quantized.numel() / quantized.size(0);
    const int64_t words = keep.size(1);
    const float* a = quantized.data_ptr<float>();
    const float* b = full_precision.data_ptr<float>();
    const uint32_t* mask = words_of(keep);
    const int64_t* row = rows.data_ptr<int64_t>();
    float* to = out.data_ptr<float>();
    for_each_sample(rows.numel(), [&](int64_t slot) {
      const int64_t from = row[slot] * elements;
      cpu::mix(a + from, b + from, mask + slot * words, to + slot * elements, elements);
    });
    return out;
  }

  at::Tensor activate(const at::Tensor& x, const at::Tensor& addend,
                      Nonlinearity nonlinearity) const override {
    return forward(cpu::activate, limits(nonlinearity), Samples(x, addend, {}), x);
  }

  at::Tensor quantize(const QuantizedActivation& a) const override {
    return forward(cpu::activation_forward, scalars(a), Samples(a), a.x);
  }

  ActivationGradients quantize_backward(const QuantizedActivation& a,
                                        const at::Tensor& gradient) const override {
    const auto q = scalars(a);
    auto grad_x = at::empty_like(a.x);
    const float* gy = gradient.data_ptr<float>();
    float* gx = grad_x.data_ptr<float>();
    const Samples samples(a);
    const auto sums = sum_over_samples(samples.count(), [&](int64_t s) {
      const int64_t at = s * samples.elements();
      return cpu::activation_backward(q, samples.input(s), gy + at, gx + at, samples.elements());
    });
    return gradients_of(a, grad_x, sums, 1);
  }

  LossWithGradients activation_loss(const QuantizedActivation& a, const TargetRows& target,
                                    const PowerLoss& loss) const override {
    const auto q = scalars(a);
    auto grad_x = at::empty_like(a.x);
    float* gx = grad_x.data_ptr<float>();
    const Samples samples(a);
    const Targets targets(target);
    const double mean = 1 / loss.positions;
    const auto sums = sum_over_samples(samples.count(), [&](int64_t s) {
      return cpu::activation_loss(q, samples.input(s), targets.of(s), static_cast<float>(loss.p),
                                  static_cast<float>(mean), gx + s * samples.elements(),
                                  samples.elements());
    });
    return {at::scalar_tensor(sums.loss * mean * loss.fraction, at::kDouble),
            gradients_of(a, grad_x, sums, loss.fraction)};
  }

  LossWithGradients power_loss(const at::Tensor& output, const TargetRows& target,
                               const PowerLoss& loss) const override {
    auto gradient = at::empty_like(output);
    const int64_t elements = output.numel() / output.size(0);
    const Targets targets(target);
    const double mean = 1 / loss.positions;
    const float* y = output.data_ptr<float>();
    float* g = gradient.data_ptr<float>();
    const auto sums = sum_over_samples(output.size(0), [&](int64_t s) {
      cpu::ActivationSums one;
      one.loss = cpu::power_loss(y + s * elements, targets.of(s), static_cast<float>(loss.p),
                                 static_cast<float>(mean), g + s * elements, elements);
      return one;
    });
    return {at::scalar_tensor(sums.loss * mean * loss.fraction, at::kDouble),
            {loss.fraction == 1 ? gradient : gradient * loss.fraction, {}, {}}};
  }

  at::Tensor step_roundings(const std::vector<RoundingState>& roundings,
                            const at::Tensor& scalars) const override {
    const double* s = scalars.data_ptr<double>();
    double value = 0;
    for (const RoundingState& rounding : roundings)
      value += step_rounding(rounding, s) * s[kRoundWeight];
    return at::full({1}, value, at::kDouble);
  }

  void step_quantizers(const std::vector<StepState>& steps,
                       const at::Tensor& scalars) const override {
    const double* s = scalars.data_ptr<double>();
    for (const StepState& step : steps) {
      float* value = step.value.data_ptr<float>();
      cpu::adam_step(static_cast<float>(s[kStepRate]), static_cast<float>(s[kStepMoment]),
                     step.gradient.data_ptr<float>(), value, step.first_moment.data_ptr<float>(),
                     step.second_moment.data_ptr<float>(), 1);
      *value = element::bounded_step(step.kind == StepState::Kind::kScale, *value, step.minimum,
                                     step.maximum);
    }
  }

  void draw_keep_masks(const std::vector<KeepMaskDraw>& draws,
                       const IterationNow& now) const override {
    const auto iteration = static_cast<uint32_t>(*now.t.data_ptr<int64_t>());
    const int64_t* slots = now.slots.data_ptr<int64_t>();
    for (const KeepMaskDraw& draw : draws) {
      const auto threshold = static_cast<uint32_t>(std::lround(draw.drop_probability * 65536));
      const int64_t words = draw.words.size(1);
      auto* data = reinterpret_cast<uint32_t*>(draw.words.data_ptr<int32_t>());
      for_each_sample(draw.words.size(0), [&](int64_t sample) {
        cpu::keep_mask({0, static_cast<uint32_t>(slots[sample]), iteration,
                        static_cast<uint32_t>(draw.place)},
                       draw.key, threshold, data + sample * words, words);
      });
    }
  }

  void load_iteration(const IterationTable& table, const IterationNow& now) const override {
    int64_t& next = *table.next.data_ptr<int64_t>();
    copy_row(table.t, next, now.t);
    copy_row(table.rows, next, now.rows);
    copy_row(table.slots, next, now.slots);
    copy_row(table.scalars, next, now.scalars);
    copy_row(table.point, next, now.point);
    ++next;
  }

  void record_losses(const at::Tensor& loss, const at::Tensor& rounding, const IterationNow& now,
                     const LossCurveBuffer& curve) const override {
    double* latest = curve.latest.data_ptr<double>();
    latest[0] = *loss.data_ptr<double>();
    latest[1] = rounding.defined() ? *rounding.data_ptr<double>() : 0;
    int64_t& bad = *curve.bad.data_ptr<int64_t>();
    if (!std::isfinite(latest[0]) && bad < 0) bad = *now.t.data_ptr<int64_t>();
    const int64_t point = *now.point.data_ptr<int64_t>();
    if (point >= 0) std::copy_n(latest, 2, curve.points.data_ptr<double>() + 2 * point);
  }
};

}  // namespace

const Kernels& cpu_kernels() {
  static const CpuKernels kernels;
  return kernels;
}

}  // namespace ptqbench
