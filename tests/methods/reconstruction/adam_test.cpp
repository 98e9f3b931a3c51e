#include "methods/reconstruction/adam.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

TEST(Adam, EqualsLibTorchsAdam) {
  at::manual_seed(1);
  auto mine = at::randn({50});
  auto theirs = mine.clone().requires_grad_(true);
  Adam adam(mine);
  torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(1e-3));
  for (int step = 0; step < 20; ++step) {
    const auto gradient = at::randn({50});
    adam.step(mine, gradient, 1e-3);
    theirs.mutable_grad() = gradient;
    reference.step();
  }
  EXPECT_TRUE(testing::close(mine, theirs.detach(), 1e-5, 1e-6));
}

TEST(CosineDecay, StartsFullHalvesInTheMiddleAndNearsZero) {
  EXPECT_DOUBLE_EQ(cosine_decay(0.4, 0, 100), 0.4);
  EXPECT_NEAR(cosine_decay(0.4, 50, 100), 0.2, 1e-12);
  EXPECT_LT(cosine_decay(0.4, 99, 100), 0.0002);
}

}  // namespace
}  // namespace ptqbench
