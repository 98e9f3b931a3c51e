#include "methods/kernels/reconstruction_loss.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace ptqbench {
namespace {

/// With a difference of 2 everywhere, the squared error of 3 channels is 12 at every position.
TEST(ReconstructionLoss, SumsOverChannelsAndAveragesOverPositions) {
  const std::vector<std::vector<int64_t>> shapes = {
      {2, 3},        // features
      {2, 3, 4, 5},  // a map
      {2, 7, 3},     // a sequence
  };
  for (const auto& shape : shapes) {
    const auto output = at::full(shape, 2.0F).requires_grad_(true);
    const auto target = at::zeros(shape);
    EXPECT_DOUBLE_EQ(reconstruction_error(output, target, 2), 12) << output.dim();
    const auto loss = reconstruction_loss(output, target, 2);
    EXPECT_DOUBLE_EQ(loss.item<double>(), 12) << output.dim();
    loss.backward();
    const double positions = static_cast<double>(output.numel()) / 3;
    EXPECT_NEAR(output.grad().max().item<double>(), 4 / positions, 1e-7) << output.dim();
  }
}

}  // namespace
}  // namespace ptqbench
