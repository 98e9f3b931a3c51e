#include "methods/kernels/activation_quant.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/support/expect_close.h"
#include "tests/support/golden.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::GoldenGroup;

LearnedQuantizer learned(float scale, float zero_point, int bits, bool learn) {
  LearnedQuantizer q{at::full({1}, scale), at::full({1}, zero_point), integer_range(bits, false)};
  q.scale.requires_grad_(learn);
  q.zero_point.requires_grad_(learn);
  return q;
}

TEST(ActivationQuant, MatchesTheOfficialFakeQuantizers) {
  const auto all = GoldenGroup::open("quant.h5").group("fake_quant");
  for (const auto& name : all.children()) {
    SCOPED_TRACE(name);
    const auto golden = all.group(name);
    const std::string kind = golden.text("quantizer");
    auto x = golden.tensor("x").requires_grad_(true);
    LearnedQuantizer q{golden.tensor("scale").reshape({1}),
                       golden.tensor("zero_point").to(at::kFloat).reshape({1}),
                       {static_cast<int64_t>(golden.number("quant_min")),
                        static_cast<int64_t>(golden.number("quant_max"))}};
    q.scale.requires_grad_(kind != "FixedFakeQuantize");
    q.zero_point.requires_grad_(kind == "LSQPlusFakeQuantize");
    const auto y = activate_and_quantize(x, Nonlinearity::kNone, q, {});
    EXPECT_TRUE(close(y, golden.tensor("y"), 1e-5, 1e-6));
    y.backward(golden.tensor("grad_out"));
    EXPECT_TRUE(close(x.grad(), golden.tensor("grad_x"), 1e-6));
    if (q.scale.requires_grad()) {
      EXPECT_TRUE(close(q.scale.grad(), golden.tensor("grad_scale").reshape({1}), 1e-4, 1e-6));
    }
    if (q.zero_point.requires_grad()) {
      EXPECT_TRUE(
          close(q.zero_point.grad(), golden.tensor("grad_zero_point").reshape({1}), 1e-4, 1e-6));
    }
  }
}

class FusedAgainstComposition
    : public ::testing::TestWithParam<std::tuple<Nonlinearity, bool, bool>> {};

TEST_P(FusedAgainstComposition, SameValuesAndGradients) {
  const auto [nonlinearity, dropped, channels_last] = GetParam();
  at::manual_seed(5);
  // More than one chunk, and no multiple of the vector width.
  auto x = at::randn({3, 7, 31, 29}) * 3;
  if (channels_last) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  const auto keep = dropped ? at::rand_like(x).lt(0.5).to(at::kByte) : at::Tensor();
  const auto grad = at::randn_like(x);
  auto run = [&](auto function) {
    auto input = x.clone().requires_grad_(true);
    auto q = learned(0.31F, nonlinearity == Nonlinearity::kNone ? 6.0F : 0.0F, 4, true);
    const auto y = function(input, nonlinearity, q, keep);
    y.backward(grad);
    return std::vector<at::Tensor>{y, input.grad(), q.scale.grad(), q.zero_point.grad()};
  };
  const auto fused = run([](auto&&... a) { return activate_and_quantize(a...); });
  const auto composed = run([](auto&&... a) { return activate_and_quantize_composed(a...); });
  EXPECT_TRUE(close(fused[0], composed[0], 1e-6, 1e-6));
  EXPECT_TRUE(close(fused[1], composed[1], 1e-6));
  // Sums over 19,000 elements of either sign.
  EXPECT_TRUE(close(fused[2], composed[2], 1e-4, 1e-5));
  EXPECT_TRUE(close(fused[3], composed[3], 1e-4, 1e-5));
}

INSTANTIATE_TEST_SUITE_P(All, FusedAgainstComposition,
                         ::testing::Combine(::testing::Values(Nonlinearity::kNone,
                                                              Nonlinearity::kRelu,
                                                              Nonlinearity::kRelu6),
                                            ::testing::Bool(), ::testing::Bool()));

TEST(ActivationQuant, DroppedElementsPassInFullPrecision) {
  const auto x = at::tensor({-1.0F, 0.26F, 0.74F, 9.0F});
  const auto q = learned(0.5F, 0, 2, false);
  const auto keep = at::tensor({1, 1, 0, 0}, at::kByte);
  const auto y = activate_and_quantize(x, Nonlinearity::kRelu, q, keep);
  EXPECT_TRUE(testing::identical(y, at::tensor({0.0F, 0.5F, 0.74F, 9.0F})));
}

TEST(ActivationQuant, HalvesRoundToEven) {
  const auto x = at::tensor({0.5F, 1.5F, 2.5F, 100.0F, -3.0F});
  const auto q = learned(1.0F, 0, 4, false);
  EXPECT_TRUE(testing::identical(activate_and_quantize(x, Nonlinearity::kNone, q, {}),
                                 at::tensor({0.0F, 2.0F, 2.0F, 15.0F, 0.0F})));
}

}  // namespace
}  // namespace ptqbench
