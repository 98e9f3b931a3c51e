#include "methods/nn/initial_values.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/cost_pass.h"
#include "support/process_memory.h"
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
    const auto before = private_memory();
    const auto large = normal_values({10000, 10000}, 1);
    const auto other = uniform_values({10000, 10000}, 1);
    EXPECT_EQ(large.sizes(), (std::vector<int64_t>{10000, 10000}));
    // Of 800 MB.
    EXPECT_LT(private_memory() - before, 50 << 20);
    large[0].fill_(1);
    EXPECT_EQ(large[0][7].item<float>(), 1) << "may be written to";
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
