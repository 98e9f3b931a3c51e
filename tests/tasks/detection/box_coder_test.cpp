#include "tasks/detection/box_coder.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

using testing::close;

const BoxCoder kPlain{{1, 1, 1, 1}};
const BoxCoder kWeighted{{10, 10, 5, 5}};

TEST(BoxCoder, EncodesShiftsInSizesAndSizesInLogarithms) {
  // Centre (20, 30) and size (20, 40) to centre (25, 20) and size (40, 20).
  const auto proposal = torch::tensor({{10.0F, 10.0F, 30.0F, 50.0F}});
  const auto reference = torch::tensor({{5.0F, 10.0F, 45.0F, 30.0F}});
  const auto log2 = static_cast<float>(std::log(2.0));
  EXPECT_TRUE(close(kPlain.encode(reference, proposal),
                    torch::tensor({{0.25F, -0.25F, log2, -log2}}), 1e-6));
  EXPECT_TRUE(close(kWeighted.encode(reference, proposal),
                    torch::tensor({{2.5F, -2.5F, 5 * log2, -5 * log2}}), 1e-6));
}

TEST(BoxCoder, DecodingUndoesEncodingForEachClass) {
  const auto proposals = torch::tensor({{10.0F, 10.0F, 30.0F, 50.0F}, {0.0F, 3.0F, 100.0F, 33.0F}});
  const auto references = torch::tensor({{5.0F, 10.0F, 45.0F, 30.0F}, {20.0F, 1.0F, 90.0F, 80.0F}});
  const auto deltas = kWeighted.encode(references, proposals);
  const auto decoded =
      kWeighted.decode(torch::cat({deltas, torch::zeros_like(deltas)}, 1), proposals);
  EXPECT_TRUE(close(decoded, torch::cat({references, proposals}, 1), 1e-5, 1e-4));
}

TEST(BoxCoder, GrowthIsLimited) {
  const auto decoded = kPlain.decode(torch::tensor({{0.0F, 0.0F, 50.0F, 1e30F}}),
                                     torch::tensor({{0.0F, 0.0F, 16.0F, 32.0F}}));
  EXPECT_TRUE(close(decoded, torch::tensor({{-492.0F, -984.0F, 508.0F, 1016.0F}}), 1e-5));
}

TEST(BoxCoder, NoBoxesGiveNone) {
  const auto none = torch::zeros({0, 4});
  EXPECT_EQ(kPlain.encode(none, none).sizes(), (at::IntArrayRef{0, 4}));
  EXPECT_EQ(kPlain.decode(torch::zeros({0, 12}), none).sizes(), (at::IntArrayRef{0, 12}));
}

}  // namespace
}  // namespace ptqbench
