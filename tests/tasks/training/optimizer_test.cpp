#include "tasks/training/optimizer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "support/error.h"

namespace ptqbench {
namespace {

/// Two steps on a 1x1 matrix at 1 with gradients 0.5 and -1, learning rate 0.1, weight decay 0.01.
double after_two_steps(const std::string& name) {
  TrainOptions options;
  options.optimizer = name;
  options.momentum = 0.9;
  options.weight_decay = 0.01;
  auto parameter = at::ones({1, 1}, at::kDouble);
  const auto optimizer = make_optimizer({{"w", parameter}}, options);
  for (const double gradient : {0.5, -1.0}) {
    parameter.mutable_grad() = at::full({1, 1}, gradient, at::kDouble);
    optimizer->step(0.1);
    EXPECT_FALSE(parameter.grad().defined());
  }
  return parameter.item<double>();
}

TEST(Optimizer, SgdTakesNesterovSteps) {
  // Step 1: g = 0.5 + 0.01 = 0.51, v = 0.51, w = 1 - 0.1 (0.51 + 0.9 * 0.51).
  const double w1 = 1 - 0.1 * (0.51 + 0.9 * 0.51);
  const double g2 = -1 + 0.01 * w1;
  const double v2 = 0.9 * 0.51 + g2;
  EXPECT_NEAR(after_two_steps("sgd"), w1 - 0.1 * (g2 + 0.9 * v2), 1e-12);
}

TEST(Optimizer, AdamWDecaysApartFromTheGradient) {
  // The first step goes one learning rate against the sign of the gradient.
  const double w1 = 1 - 0.1 * 0.01 - 0.1 * 0.5 / (0.5 + 1e-8);
  const double m2 = (0.9 * 0.1 * 0.5 + 0.1 * -1) / (1 - 0.81);
  const double v2 = (0.999 * 0.001 * 0.25 + 0.001 * 1) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(after_two_steps("adamw"), w1 * (1 - 0.1 * 0.01) - 0.1 * m2 / (std::sqrt(v2) + 1e-8),
              1e-12);
}

TEST(Optimizer, RefusesAnUnknownName) { EXPECT_THROW(after_two_steps("adam"), ConfigError); }

}  // namespace
}  // namespace ptqbench
