#include "methods/reconstruction/rounding_variable.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "methods/kernels/rounding_step_cpu.h"

namespace ptqbench {
namespace {

/// Fewer elements than this are not worth a thread.
constexpr int64_t kMinimumElements = 4096;

}  // namespace

RoundingVariable::RoundingVariable(WeightSite& site)
    : site_(site),
      rounding_(site.value, *site.quantizer),
      adam_(rounding_.alpha()),
      soft_(rounding_.soft_weight().requires_grad_(true)) {}

double RoundingVariable::step(const Regulariser& regulariser, double learning_rate) {
  const torch::NoGradGuard no_grad;
  const double value = soft_.is_cpu() ? step_cpu(regulariser, learning_rate)
                                      : step_composed(regulariser, learning_rate);
  soft_.mutable_grad() = at::Tensor();
  return value;
}

double RoundingVariable::step_cpu(const Regulariser& regulariser, double learning_rate) {
  auto gradient = soft_.grad();
  if (gradient.strides() != soft_.strides())
    gradient = at::empty_like(soft_.detach()).copy_(gradient);
  const auto adam = adam_.next(learning_rate);
  const auto& quantizer = rounding_.quantizer();
  const cpu::RoundingStep step{static_cast<float>(quantizer.range.minimum),
                               static_cast<float>(quantizer.range.maximum),
                               static_cast<float>(regulariser.beta),
                               static_cast<float>(regulariser.weight),
                               static_cast<float>(adam.rate),
                               static_cast<float>(adam.second_moment_factor)};
  const int64_t rows = soft_.size(0);
  const int64_t n = soft_.numel() / rows;
  const bool per_channel = quantizer.per_channel();
  const float* scale = quantizer.scale.data_ptr<float>();
  const float* zero_point = quantizer.zero_point.data_ptr<float>();
  const float* floor = rounding_.floor().data_ptr<float>();
  const float* grad_weight = gradient.data_ptr<float>();
  float* alpha = rounding_.alpha().data_ptr<float>();
  float* first_moment = adam_.first_moment().data_ptr<float>();
  float* second_moment = adam_.second_moment().data_ptr<float>();
  float* soft = soft_.data_ptr<float>();
  std::vector<double> partial(static_cast<size_t>(rows));
  at::parallel_for(0, rows, 1 + kMinimumElements / n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t at = r * n;
      const int64_t channel = per_channel ? r : 0;
      partial[static_cast<size_t>(r)] =
          cpu::rounding_step(step,
                             {scale[channel], zero_point[channel], floor + at, grad_weight + at,
                              alpha + at, first_moment + at, second_moment + at, soft + at},
                             n);
    }
  });
  double sum = 0;
  for (const double part : partial) sum += part;
  return sum * regulariser.weight;
}

double RoundingVariable::step_composed(const Regulariser& regulariser, double learning_rate) {
  auto gradient = rounding_.alpha_gradient(soft_.grad());
  double value = 0;
  if (regulariser.weight != 0) {
    const auto pull = rounding_.regulariser(regulariser.beta, regulariser.weight);
    value = pull.value;
    gradient += pull.gradient;
  }
  auto alpha = rounding_.alpha();
  adam_.step(alpha, gradient, learning_rate);
  soft_.detach().copy_(rounding_.soft_weight());
  return value;
}

void RoundingVariable::append_state(std::vector<NamedTensor>& state) const {
  state.push_back({site_.name + ".alpha", rounding_.alpha()});
  state.push_back({site_.name + ".alpha.first_moment", adam_.first_moment()});
  state.push_back({site_.name + ".alpha.second_moment", adam_.second_moment()});
}

void RoundingVariable::refresh() { soft_.detach().copy_(rounding_.soft_weight()); }

}  // namespace ptqbench
