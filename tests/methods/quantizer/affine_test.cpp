#include "methods/quantizer/affine.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::identical;

TEST(GridIntegers, AreThoseOfTheGridAndGiveTheTensorBack) {
  // Channels with steps of 0.5 and 0.1, zero points 1 and 3, two bits.
  const AffineQuantizer quantizer{integer_range(2, false), torch::tensor({0.5F, 0.1F}),
                                  torch::tensor({1.0F, 3.0F})};
  const auto on_grid = fake_quantize(
      torch::tensor({{-0.5F, 0.0F, 1.0F, 7.0F}, {-0.3F, -0.11F, 0.0F, -9.0F}}), quantizer);
  const auto integers = grid_integers(on_grid, quantizer);
  EXPECT_TRUE(identical(integers, torch::tensor({{0, 1, 3, 3}, {0, 2, 3, 0}}, at::kByte)));
  EXPECT_TRUE(identical(dequantize(integers, quantizer), on_grid));
}

TEST(GridIntegers, HaveSignsWhereTheRangeHas) {
  const AffineQuantizer quantizer{integer_range(8, true), torch::tensor({0.25F}),
                                  torch::tensor({0.0F})};
  const auto on_grid = torch::tensor({-32.0F, 31.75F, -0.25F, 0.0F});
  const auto integers = grid_integers(on_grid, quantizer);
  EXPECT_TRUE(identical(integers, torch::tensor({-128, 127, -1, 0}, at::kChar)));
  EXPECT_TRUE(identical(dequantize(integers, quantizer), on_grid));
}

}  // namespace
}  // namespace ptqbench
