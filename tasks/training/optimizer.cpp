#include "tasks/training/optimizer.h"

#include <torch/types.h>

#include <cmath>

#include "support/error.h"
#include "support/nearest_name.h"

namespace ptqbench {
namespace {

std::vector<NamedTensor> zeros_like(const std::vector<NamedTensor>& parameters,
                                    const std::string& ending) {
  std::vector<NamedTensor> zeros;
  for (const auto& p : parameters) zeros.push_back({p.name + ending, at::zeros_like(p.value)});
  return zeros;
}

class NesterovSgd : public Optimizer {
 public:
  NesterovSgd(const std::vector<NamedTensor>& parameters, const TrainOptions& options)
      : parameters_(parameters),
        velocity_(zeros_like(parameters, ".velocity")),
        momentum_(options.momentum),
        weight_decay_(options.weight_decay) {}

  void step(double learning_rate) override {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor parameter = parameters_[i].value;
      at::Tensor gradient = parameter.grad();
      if (parameter.dim() > 1) gradient.add_(parameter, weight_decay_);
      velocity_[i].value.mul_(momentum_).add_(gradient);
      parameter.add_(gradient.add_(velocity_[i].value, momentum_), -learning_rate);
      parameter.mutable_grad() = at::Tensor();
    }
  }

  std::vector<NamedTensor> state() const override { return velocity_; }

 private:
  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> velocity_;
  double momentum_;
  double weight_decay_;
};

class AdamW : public Optimizer {
 public:
  AdamW(const std::vector<NamedTensor>& parameters, const TrainOptions& options)
      : parameters_(parameters),
        first_(zeros_like(parameters, ".first_moment")),
        second_(zeros_like(parameters, ".second_moment")),
        steps_(at::zeros({1}, at::kDouble)),
        weight_decay_(options.weight_decay) {}

  void step(double learning_rate) override {
    const torch::NoGradGuard no_grad;
    steps_ += 1;
    const double count = steps_.item<double>();
    const double scale = learning_rate / (1 - std::pow(kBeta1, count));
    const double root = std::sqrt(1 - std::pow(kBeta2, count));
    for (size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor parameter = parameters_[i].value;
      const at::Tensor gradient = parameter.grad();
      if (parameter.dim() > 1) parameter.mul_(1 - learning_rate * weight_decay_);
      first_[i].value.mul_(kBeta1).add_(gradient, 1 - kBeta1);
      second_[i].value.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
      const auto deviation = second_[i].value.sqrt().div_(root).add_(kEpsilon);
      parameter.addcdiv_(first_[i].value, deviation, -scale);
      parameter.mutable_grad() = at::Tensor();
    }
  }

  std::vector<NamedTensor> state() const override {
    auto all = first_;
    all.insert(all.end(), second_.begin(), second_.end());
    all.push_back({"optimizer.steps", steps_});
    return all;
  }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;

  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> first_;
  std::vector<NamedTensor> second_;
  at::Tensor steps_;
  double weight_decay_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const std::vector<NamedTensor>& parameters,
                                          const TrainOptions& options) {
  if (options.optimizer == "sgd") return std::make_unique<NesterovSgd>(parameters, options);
  if (options.optimizer == "adamw") return std::make_unique<AdamW>(parameters, options);
  throw ConfigError("unknown optimizer '" + options.optimizer + "'" +
                    valid_names_hint(options.optimizer, {"sgd", "adamw"}));
}

}  // namespace ptqbench
