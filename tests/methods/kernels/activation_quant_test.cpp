#include "methods/kernels/activation_quant.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"

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
    const auto y = activate_and_quantize({x}, Nonlinearity::kNone, q, at::Tensor());
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

/// Non-linearity, dropped, two terms, layout.
class FusedAgainstComposition
    : public ::testing::TestWithParam<std::tuple<Nonlinearity, bool, bool, at::MemoryFormat>> {
 protected:
  FusedAgainstComposition() {
    const auto [nonlinearity, dropped, two_terms, layout] = GetParam();
    nonlinearity_ = nonlinearity;
    at::manual_seed(5);
    // More than one chunk a sample, and no multiple of a mask word.
    x_ = (at::randn({3, 19, 31, 29}) * 3).contiguous(layout);
    if (two_terms) addend_ = at::randn_like(x_);
    if (dropped) keep_ = pack_mask(at::rand_like(x_).lt(0.5));
  }

  /// Result, then gradients of the terms, the scale and the zero point.
  template <class Function>
  std::vector<at::Tensor> run(const Function& function, const at::Tensor& grad) {
    ActivationTerms terms{x_.clone().requires_grad_(true)};
    if (addend_.defined()) terms.addend = addend_.clone().requires_grad_(true);
    auto q = learned(0.31F, nonlinearity_ == Nonlinearity::kNone ? 6.0F : 0.0F, 4, true);
    const auto y = function(terms, nonlinearity_, q, keep_);
    y.backward(grad);
    return {y.detach(), terms.x.grad(), addend_.defined() ? terms.addend.grad() : terms.x.grad(),
            q.scale.grad(), q.zero_point.grad()};
  }

  /// The composition, with what the gradients for scale and zero point add up kept in magnitudes_.
  at::Tensor compose(const ActivationTerms& terms, Nonlinearity nonlinearity,
                     const LearnedQuantizer& quantizer, const at::Tensor& keep) {
    auto spread = quantizer;
    spread.scale = quantizer.scale.expand(terms.x.sizes());
    spread.zero_point = quantizer.zero_point.expand(terms.x.sizes());
    spread.scale.register_hook(
        [this](const at::Tensor& g) { magnitudes_[0] = g.abs().sum().item<double>(); });
    spread.zero_point.register_hook(
        [this](const at::Tensor& g) { magnitudes_[1] = g.abs().sum().item<double>(); });
    return activate_and_quantize_composed(terms, nonlinearity, spread, keep);
  }

  /// Sums of float32 with addends of either sign: their accuracy is relative to the absolute ones.
  void expect_close_sums(const std::vector<at::Tensor>& fused,
                         const std::vector<at::Tensor>& composed) const {
    EXPECT_TRUE(close(fused[3], composed[3], 0, 1e-6 * magnitudes_[0]));
    EXPECT_TRUE(close(fused[4], composed[4], 0, 1e-6 * magnitudes_[1]));
  }

  Nonlinearity nonlinearity_;
  at::Tensor x_, addend_, keep_;
  double magnitudes_[2] = {};
};

TEST_P(FusedAgainstComposition, SameValuesAndGradients) {
  const auto grad = at::randn_like(x_);
  const auto fused = run([](auto&&... a) { return activate_and_quantize(a...); }, grad);
  const auto composed = run([this](auto&&... a) { return compose(a...); }, grad);
  EXPECT_TRUE(close(fused[0], composed[0], 1e-6, 1e-6));
  EXPECT_TRUE(close(fused[1], composed[1], 1e-6));
  EXPECT_TRUE(close(fused[2], composed[2], 1e-6));
  expect_close_sums(fused, composed);
}

TEST_P(FusedAgainstComposition, SameLossAndGradients) {
  const auto source = at::randn({5, 19, 31, 29}).contiguous(std::get<3>(GetParam()));
  const std::vector<int64_t> ids = {4, 0, 4};
  for (const double p : {2.0, 2.4}) {
    SCOPED_TRACE(p);
    const auto grad = at::scalar_tensor(0.5, at::kDouble);
    const auto fused = run(
        [&](auto&&... a) {
          return activation_loss(a..., {source, ids}, p);
        },
        grad);
    const auto composed = run(
        [&](auto&&... a) {
          const auto target = source.index_select(0, at::tensor(ids, at::kLong));
          const auto y = compose(a...);
          return (y - target).abs().pow(p).sum(1).mean().to(at::kDouble);
        },
        grad);
    EXPECT_TRUE(close(fused[0], composed[0], 1e-5));
    const double largest = composed[1].abs().max().item<double>();
    EXPECT_TRUE(close(fused[1], composed[1], 1e-4, 1e-5 * largest));
    EXPECT_TRUE(close(fused[2], composed[2], 1e-4, 1e-5 * largest));
    expect_close_sums(fused, composed);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FusedAgainstComposition,
                         ::testing::Combine(::testing::Values(Nonlinearity::kNone,
                                                              Nonlinearity::kRelu,
                                                              Nonlinearity::kRelu6),
                                            ::testing::Bool(), ::testing::Bool(),
                                            ::testing::Values(at::MemoryFormat::Contiguous,
                                                              at::MemoryFormat::ChannelsLast)));

TEST(Activate, OnePassEqualsTheComposition) {
  const torch::NoGradGuard no_grad;
  const auto x = at::randn({2, 3, 4, 5}) * 5;
  const auto addend = at::randn({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto nonlinearity : {Nonlinearity::kNone, Nonlinearity::kRelu, Nonlinearity::kRelu6}) {
    EXPECT_TRUE(
        testing::identical(activate({x}, nonlinearity), apply_nonlinearity(nonlinearity, x)));
    EXPECT_TRUE(testing::identical(activate({x, addend}, nonlinearity),
                                   apply_nonlinearity(nonlinearity, x + addend)));
  }
}

TEST(ActivationQuant, TermsInDifferentLayoutsAreAdded) {
  const auto x = at::randn({2, 3, 4, 5});
  const auto addend = at::randn({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto q = learned(0.1F, 8, 4, false);
  EXPECT_TRUE(testing::identical(
      activate_and_quantize({x, addend}, Nonlinearity::kNone, q, at::Tensor()),
      activate_and_quantize({x + addend}, Nonlinearity::kNone, q, at::Tensor())));
}

TEST(ActivationQuant, DroppedElementsPassInFullPrecision) {
  const auto x = at::tensor({-1.0F, 0.26F, 0.74F, 9.0F});
  const auto q = learned(0.5F, 0, 2, false);
  const auto keep = pack_mask(at::tensor({1, 1, 0, 0}, at::kByte));
  const auto y = activate_and_quantize({x}, Nonlinearity::kRelu, q, keep);
  EXPECT_TRUE(testing::identical(y, at::tensor({0.0F, 0.5F, 0.74F, 9.0F})));
}

TEST(ActivationQuant, HalvesRoundToEven) {
  const auto x = at::tensor({0.5F, 1.5F, 2.5F, 100.0F, -3.0F});
  const auto q = learned(1.0F, 0, 4, false);
  EXPECT_TRUE(testing::identical(activate_and_quantize({x}, Nonlinearity::kNone, q, at::Tensor()),
                                 at::tensor({0.0F, 2.0F, 2.0F, 15.0F, 0.0F})));
}

TEST(ClampWithBounds, HasAGradientAtTheBounds) {
  const auto x = torch::tensor({-1.0F, 0.0F, 0.5F, 1.0F, 2.0F}).requires_grad_();
  const auto y = clamp_with_bounds(x, 0, 1);
  EXPECT_TRUE(testing::identical(y.detach(), torch::tensor({0.0F, 0.0F, 0.5F, 1.0F, 1.0F})));
  y.sum().backward();
  EXPECT_TRUE(testing::identical(x.grad(), torch::tensor({0.0F, 1.0F, 1.0F, 1.0F, 0.0F})));
}

}  // namespace
}  // namespace ptqbench
