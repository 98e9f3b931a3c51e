#include "methods/reconstruction/adam.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include "methods/kernels/kernels.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

TEST(Adam, EqualsLibTorchsAdam) {
  for (const Kernels* kernels : {&kernels_on(at::kCPU), &composed_kernels()}) {
    at::manual_seed(1);
    auto mine = at::rand({1}) + 1;
    auto theirs = mine.clone().requires_grad_(true);
    const AdamMoments moments(mine);
    torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(1e-3));
    auto scalars = at::zeros({kScalarCount}, at::kDouble);
    for (int64_t step = 1; step <= 20; ++step) {
      const auto gradient = at::randn({1});
      const auto adam = adam_scalars(1e-3, step);
      scalars[kStepRate] = adam.rate;
      scalars[kStepMoment] = adam.second_moment_factor;
      kernels->step_quantizers(
          {{gradient, mine, moments.first, moments.second, StepState::Kind::kScale, 0, 0}}, scalars);
      theirs.mutable_grad() = gradient;
      reference.step();
    }
    EXPECT_TRUE(testing::close(mine, theirs.detach(), 1e-5, 1e-6));
  }
}

TEST(Adam, KeepsScalesPositiveAndZeroPointsInTheirRange) {
  for (const Kernels* kernels : {&kernels_on(at::kCPU), &composed_kernels()}) {
    auto scalars = at::zeros({kScalarCount}, at::kDouble);
    scalars[kStepRate] = 1;
    scalars[kStepMoment] = 1;
    const auto zero = [] { return at::zeros({1}); };
    // A first step moves a value by the learning rate times 0.1 / sqrt(0.001) = 3.16.
    const auto scale = at::full({1}, 0.5F), tiny = at::full({1}, 0.0F), point = at::full({1}, 14.0F);
    kernels->step_quantizers(
        {{at::full({1}, 1.0F), scale, zero(), zero(), StepState::Kind::kScale, 0, 0},
         {at::full({1}, 0.0F), tiny, zero(), zero(), StepState::Kind::kScale, 0, 0},
         {at::full({1}, -1.0F), point, zero(), zero(), StepState::Kind::kZeroPoint, 0, 15}},
        scalars);
    EXPECT_NEAR(scale.item<float>(), 3.1623F - 0.5F, 1e-3F);
    EXPECT_EQ(tiny.item<float>(), kSmallestScale);
    EXPECT_EQ(point.item<float>(), 15);
  }
}

TEST(CosineDecay, StartsFullHalvesInTheMiddleAndNearsZero) {
  EXPECT_DOUBLE_EQ(cosine_decay(0.4, 0, 100), 0.4);
  EXPECT_NEAR(cosine_decay(0.4, 50, 100), 0.2, 1e-12);
  EXPECT_LT(cosine_decay(0.4, 99, 100), 0.0002);
}

}  // namespace
}  // namespace ptqbench
