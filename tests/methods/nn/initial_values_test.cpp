#include "methods/nn/initial_values.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/cost_pass.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

TEST(InitialValues, AreDrawnFromTheGlobalGenerator) {
  at::manual_seed(7);
  const auto normal = normal_values({3, 4}, 0.5);
  const auto uniform = uniform_values({5}, 0.25);
  at::manual_seed(7);
  EXPECT_TRUE(at::equal(normal, at::randn({3, 4}) * 0.5));
  EXPECT_TRUE(at::equal(uniform, (at::rand({5}) * 2 - 1) * 0.25));
}

TEST(InitialValues, OfShapesOnlyTakeNoMemoryAndDrawNothing) {
  at::manual_seed(7);
  const auto expected = at::randn({2});
  at::manual_seed(7);
  {
    const ShapesOnly no_values;
    const auto large = normal_values({1000, 1000}, 1);
    EXPECT_EQ(large.sizes(), (std::vector<int64_t>{1000, 1000}));
    EXPECT_EQ(large.storage().nbytes(), sizeof(float));
    EXPECT_EQ(uniform_values({7}, 1).storage().nbytes(), sizeof(float));
  }
  EXPECT_TRUE(at::equal(normal_values({2}, 1), expected));
}

TEST(InitialValues, AModelOfShapesOnlyCountsAsAnyOther) {
  const Tensors image = {at::zeros({1, 3, 8, 8})};
  const double expected = count_macs(testing::tiny_resnet(), image);
  const ShapesOnly no_values;
  EXPECT_EQ(count_macs(testing::tiny_resnet(), image), expected);
}

}  // namespace
}  // namespace ptqbench
