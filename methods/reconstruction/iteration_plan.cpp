#include "methods/reconstruction/iteration_plan.h"

#include <torch/types.h>

#include <algorithm>

#include "methods/quantizer/rounding.h"
#include "methods/reconstruction/adam.h"

namespace ptqbench {
namespace {

/// Iterations that are worked out at a time.
constexpr int64_t kStretch = 256;
/// At most about so many points of a loss curve are kept.
constexpr int64_t kCurvePoints = 200;

std::vector<int64_t> curve_iterations(int64_t iterations) {
  const int64_t stride = std::max<int64_t>(1, iterations / kCurvePoints);
  std::vector<int64_t> curve;
  for (int64_t t = 0; t < iterations; ++t) {
    if (t % stride == 0 || t + 1 == iterations) curve.push_back(t);
  }
  return curve;
}

/// Uninitialised numbers of `count` iterations on mini-batches of `batch` samples.
IterationTable make_table(int64_t count, int64_t batch, at::Device device) {
  const auto integers = at::dtype(at::kLong).device(device);
  return {at::empty({count, 1}, integers),
          at::zeros({count, batch}, integers),
          at::zeros({count, batch}, integers),
          at::empty({count, kScalarCount}, at::dtype(at::kDouble).device(device)),
          at::empty({count, 1}, integers),
          at::zeros({1}, integers)};
}

void scalars_of(int64_t t, const Phase& phase, const MethodSettings& settings, double* out) {
  const int64_t step = t + 1;
  const bool warm = static_cast<double>(step) <
                    settings.warm_up * static_cast<double>(phase.iterations);
  const auto rounding = adam_scalars(settings.rounding_lr, step);
  const auto steps = adam_scalars(cosine_decay(phase.step_lr, t, phase.iterations), step);
  out[kBeta] = regulariser_exponent(step, phase.iterations, settings.warm_up, settings.beta_start,
                                    settings.beta_end);
  out[kRoundWeight] = warm ? 0 : settings.round_weight;
  out[kRoundingRate] = rounding.rate;
  out[kRoundingMoment] = rounding.second_moment_factor;
  out[kStepRate] = steps.rate;
  out[kStepMoment] = steps.second_moment_factor;
}

}  // namespace

IterationPlan::IterationPlan(const Phase& phase, const MethodSettings& settings,
                             RandomSource& random, const SampleShare& share, at::Device device)
    : phase_(phase),
      settings_(settings),
      random_(random),
      share_(share),
      device_(device),
      curve_(curve_iterations(phase.iterations)) {
  const auto one = make_table(1, settings.batch_size, device);
  now_ = {one.t[0], one.rows[0], one.slots[0], one.scalars[0], one.point[0]};
}

void IterationPlan::work_out(int64_t first) {
  const int64_t batch = settings_.batch_size;
  const int64_t count = std::clamp<int64_t>(phase_.iterations - first, 1, kStretch);
  if (!host_.t.defined()) {
    host_ = make_table(kStretch, batch, at::kCPU);
    samples_ = at::empty({kStretch, batch}, at::kLong);
    table_ = device_.is_cpu() ? host_ : make_table(kStretch, batch, device_);
  }
  first_ = first;
  held_.assign(static_cast<size_t>(count), 0);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t t = first + i;
    const auto drawn = random_.batch(t, batch, share_.total);
    int64_t* rows = host_.rows.data_ptr<int64_t>() + i * batch;
    int64_t* slots = host_.slots.data_ptr<int64_t>() + i * batch;
    int64_t& held = held_[static_cast<size_t>(i)];
    for (size_t slot = 0; slot < drawn.size(); ++slot) {
      samples_.data_ptr<int64_t>()[i * batch + static_cast<int64_t>(slot)] = drawn[slot];
      if (drawn[slot] < share_.first || drawn[slot] >= share_.last) continue;
      rows[held] = drawn[slot] - share_.first;
      slots[held++] = static_cast<int64_t>(slot);
    }
    host_.t.data_ptr<int64_t>()[i] = t;
    scalars_of(t, phase_, settings_, host_.scalars.data_ptr<double>() + i * kScalarCount);
    const auto point = std::lower_bound(curve_.begin(), curve_.end(), t);
    host_.point.data_ptr<int64_t>()[i] =
        point != curve_.end() && *point == t ? point - curve_.begin() : -1;
  }
  if (device_.is_cpu()) return;
  table_.t.copy_(host_.t);
  table_.rows.copy_(host_.rows);
  table_.slots.copy_(host_.slots);
  table_.scalars.copy_(host_.scalars);
  table_.point.copy_(host_.point);
}

void IterationPlan::prepare(int64_t t) {
  const bool worked_out = t >= first_ && t < first_ + static_cast<int64_t>(held_.size());
  if (!worked_out) work_out(t);
  if (!worked_out || t != t_ + 1) table_.next.fill_(t - first_);
  t_ = t;
}

double IterationPlan::fraction() const {
  return static_cast<double>(held()) / static_cast<double>(settings_.batch_size);
}

at::Tensor IterationPlan::host_rows() const {
  return host_.rows[static_cast<int64_t>(present())].slice(0, 0, held());
}

at::Tensor IterationPlan::host_slots() const {
  return host_.slots[static_cast<int64_t>(present())].slice(0, 0, held());
}

at::Tensor IterationPlan::host_samples() const { return samples_[static_cast<int64_t>(present())]; }

}  // namespace ptqbench
