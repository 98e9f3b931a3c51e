#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "methods/kernels/cpu/cpu_kernels.h"
#include "methods/kernels/element/rounding.h"
#include "methods/kernels/keep_mask.h"
#include "tests/helpers/expect_close.h"
#include "tests/methods/kernels/cuda/kernels_under_test.h"

// Kernels of CUDA devices against the loops of the CPU: the same bits for every element, and sums
// that differ by the order of addition alone. The CPU adds up to 512 numbers of a lane in single
// precision, which is what the tolerances of sums are for.
namespace ptqbench {
namespace {

using testing::close;
using testing::identical;

constexpr double kSumTolerance = 2e-5;

class CudaKernelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto found = testing::kernels_under_test();
    if (!found) GTEST_SKIP() << testing::why_no_kernels();
    kernels_ = found->kernels;
    device_ = found->device;
    at::manual_seed(5);
  }

  at::Tensor there(const at::Tensor& x) const {
    return x.defined() ? x.to(device_, /*non_blocking=*/false, /*copy=*/true) : x;
  }
  QuantizedActivation there(const QuantizedActivation& a) const {
    return {there(a.x),         there(a.addend), a.nonlinearity, there(a.scale),
            there(a.zero_point), a.range,         there(a.keep)};
  }
  TargetRows there(const TargetRows& t) const { return {there(t.source), there(t.rows)}; }
  const Kernels& kernels() const { return *kernels_; }

 private:
  const Kernels* kernels_ = nullptr;
  at::Device device_ = at::kCPU;
};

/// Shape of a batch and what enters with it. 7 x 11 x 3 elements a sample are no whole words,
/// fours or blocks; 1100 x 4 are several blocks of fours.
struct Batch {
  std::vector<int64_t> sizes;
  bool addend;
  bool keep;
  Nonlinearity nonlinearity;
  at::MemoryFormat layout;
};

const std::vector<Batch> kBatches = {
    {{3, 7, 11, 3}, true, true, Nonlinearity::kRelu, at::MemoryFormat::Contiguous},
    {{3, 7, 11, 3}, false, true, Nonlinearity::kRelu6, at::MemoryFormat::ChannelsLast},
    {{2, 4, 25, 44}, true, true, Nonlinearity::kRelu, at::MemoryFormat::ChannelsLast},
    {{2, 4, 25, 44}, false, false, Nonlinearity::kNone, at::MemoryFormat::Contiguous},
    {{1, 1, 1, 1}, true, false, Nonlinearity::kRelu, at::MemoryFormat::Contiguous}};

at::Tensor some_keep(const std::vector<int64_t>& sizes) {
  const int64_t words = mask_words(c10::multiply_integers(sizes) / sizes[0]);
  return at::randint(std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max(),
                     {sizes[0], words}, at::kInt);
}

QuantizedActivation activation_of(const Batch& batch) {
  QuantizedActivation a;
  a.x = (at::randn(batch.sizes) * 3).contiguous(batch.layout);
  if (batch.addend) a.addend = at::randn(batch.sizes).contiguous(batch.layout);
  a.nonlinearity = batch.nonlinearity;
  a.scale = at::full({1}, 0.21F);
  a.zero_point = at::full({1}, batch.nonlinearity == Nonlinearity::kNone ? 6.6F : 0.0F);
  a.range = {0, 15};
  if (batch.keep) a.keep = some_keep(batch.sizes);
  return a;
}

TargetRows target_of(const Batch& batch) {
  auto sizes = batch.sizes;
  sizes[0] = 5;
  return {(at::randn(sizes) * 3).contiguous(batch.layout),
          at::randint(0, 5, {batch.sizes[0]}, at::kLong)};
}

class CudaActivations : public CudaKernelsTest, public ::testing::WithParamInterface<Batch> {};

TEST_P(CudaActivations, GoForwardWithTheBitsOfTheCpu) {
  const auto a = activation_of(GetParam());
  const auto b = there(a);
  EXPECT_TRUE(identical(kernels().quantize(b).cpu(), cpu_kernels().quantize(a)));
  EXPECT_TRUE(identical(kernels().activate(b.x, b.addend, b.nonlinearity).cpu(),
                        cpu_kernels().activate(a.x, a.addend, a.nonlinearity)));
}

TEST_P(CudaActivations, GoBackwardWithTheBitsOfTheCpu) {
  const auto a = activation_of(GetParam());
  const auto gradient = at::randn_like(a.x);
  const auto actual = kernels().quantize_backward(there(a), there(gradient));
  const auto expected = cpu_kernels().quantize_backward(a, gradient);
  EXPECT_TRUE(identical(actual.x.cpu(), expected.x));
  EXPECT_TRUE(close(actual.scale.cpu(), expected.scale, kSumTolerance, 1e-6));
  EXPECT_TRUE(close(actual.zero_point.cpu(), expected.zero_point, kSumTolerance, 1e-6));
}

TEST_P(CudaActivations, MeetTheirTargetsAsOnTheCpu) {
  const auto a = activation_of(GetParam());
  const auto target = target_of(GetParam());
  for (const PowerLoss& loss : {PowerLoss{2, 31, 1}, PowerLoss{2, 31, 0.375}, PowerLoss{2.4, 7, 1}}) {
    const auto actual = kernels().activation_loss(there(a), there(target), loss);
    const auto expected = cpu_kernels().activation_loss(a, target, loss);
    EXPECT_TRUE(identical(actual.gradients.x.cpu(), expected.gradients.x)) << loss.p;
    EXPECT_TRUE(close(actual.loss.cpu(), expected.loss, kSumTolerance)) << loss.p;
    EXPECT_TRUE(close(actual.gradients.scale.cpu(), expected.gradients.scale, kSumTolerance, 1e-6));
    EXPECT_TRUE(close(actual.gradients.zero_point.cpu(), expected.gradients.zero_point,
                      kSumTolerance, 1e-6));
  }
}

TEST_P(CudaActivations, LoseAsOnTheCpu) {
  const auto a = activation_of(GetParam());
  const auto target = target_of(GetParam());
  for (const PowerLoss& loss : {PowerLoss{2, 31, 1}, PowerLoss{2.4, 31, 0.375}}) {
    const auto actual = kernels().power_loss(there(a.x), there(target), loss);
    const auto expected = cpu_kernels().power_loss(a.x, target, loss);
    EXPECT_TRUE(identical(actual.gradients.x.cpu(), expected.gradients.x)) << loss.p;
    EXPECT_TRUE(close(actual.loss.cpu(), expected.loss, kSumTolerance)) << loss.p;
  }
}

TEST_P(CudaActivations, GiveTheSameBitsAgain) {
  const auto a = there(activation_of(GetParam()));
  const auto target = there(target_of(GetParam()));
  const auto first = kernels().activation_loss(a, target, {2.4, 31, 1});
  const auto again = kernels().activation_loss(a, target, {2.4, 31, 1});
  EXPECT_TRUE(identical(again.loss.cpu(), first.loss.cpu()));
  EXPECT_TRUE(identical(again.gradients.scale.cpu(), first.gradients.scale.cpu()));
  EXPECT_TRUE(identical(again.gradients.zero_point.cpu(), first.gradients.zero_point.cpu()));
}

INSTANTIATE_TEST_SUITE_P(Batches, CudaActivations, ::testing::ValuesIn(kBatches));

TEST_F(CudaKernelsTest, SumsDoNotDependOnTheAlignment) {
  // Whole fours, once at an address that allows vector loads and once four bytes beyond one.
  const auto storage = at::randn({2 * 4096 + 1});
  const auto rows = there(at::arange(2));
  const auto target = there(at::randn({2, 4096}));
  const auto moved = there(storage).slice(0, 1, 2 * 4096 + 1).view({2, 4096});
  const auto fresh = moved.clone();
  const auto a = kernels().power_loss(moved, {target, rows}, {2, 3, 1});
  const auto b = kernels().power_loss(fresh, {target, rows}, {2, 3, 1});
  EXPECT_TRUE(identical(a.loss.cpu(), b.loss.cpu()));
  EXPECT_TRUE(identical(a.gradients.x.cpu(), b.gradients.x.cpu()));
}

TEST_F(CudaKernelsTest, GatherRowsOfAnyTypeAndSize) {
  const auto rows = at::tensor(std::vector<int64_t>{4, 0, 4, 2});
  for (const auto& source :
       {at::randn({5, 3, 8, 8}), at::randn({5, 7, 13}), at::randn({5, 3, 50, 50}),
        at::arange(35, at::kLong).view({5, 7}), at::randint(0, 255, {5, 7, 3}, at::kByte),
        at::randn({5, 3, 4, 6}).contiguous(at::MemoryFormat::ChannelsLast)}) {
    const auto actual = kernels().gather(there(source), there(rows)).cpu();
    EXPECT_TRUE(at::equal(actual, source.index_select(0, rows)));
    EXPECT_EQ(actual.stride(1), source.stride(1));
  }
}

TEST_F(CudaKernelsTest, GatherMixesWithTheBitsOfTheCpu) {
  const auto rows = at::tensor(std::vector<int64_t>{4, 0, 4});
  for (const auto& sizes : {std::vector<int64_t>{5, 7, 11, 3}, std::vector<int64_t>{5, 4, 25, 44}}) {
    const auto quantized = at::randn(sizes);
    const auto full_precision = at::randn(sizes);
    auto batch = sizes;
    batch[0] = 3;
    const auto keep = some_keep(batch);
    EXPECT_TRUE(identical(
        kernels().gather_mix(there(quantized), there(full_precision), there(rows), there(keep)).cpu(),
        cpu_kernels().gather_mix(quantized, full_precision, rows, keep)));
  }
}

RoundingState some_rounding(const std::vector<int64_t>& sizes, bool per_channel) {
  RoundingState r;
  r.quantizer.range = {0, 3};
  const int64_t scales = per_channel ? sizes[0] : 1;
  r.quantizer.scale = at::rand({scales}) * 0.1F + 0.01F;
  r.quantizer.zero_point = at::randint(0, 4, {scales}, at::kFloat);
  r.floor = at::randint(-1, 4, sizes, at::kFloat);
  r.gradient = at::randn(sizes);
  r.alpha = at::randn(sizes) * 3;
  r.first_moment = at::randn(sizes) * 0.1F;
  r.second_moment = at::rand(sizes) * 0.01F;
  r.soft = at::zeros(sizes);
  return r;
}

/// 40 weights: more than a launch takes, among them rows of no whole fours and several blocks.
std::vector<RoundingState> some_roundings() {
  std::vector<RoundingState> all;
  for (int i = 0; i < 38; ++i) all.push_back(some_rounding({3, 5, 1 + i % 3, 3}, i % 2 == 0));
  all.push_back(some_rounding({16, 8, 3, 3}, true));
  all.push_back(some_rounding({10, 129}, false));
  return all;
}

at::Tensor scalars_with(double round_weight) {
  auto scalars = at::empty({kScalarCount}, at::kDouble);
  auto* s = scalars.data_ptr<double>();
  s[kBeta] = 11.3;
  s[kRoundWeight] = round_weight;
  s[kRoundingRate] = 1e-3 / (1 - std::pow(kAdamBeta1, 7));
  s[kRoundingMoment] = 1 / std::sqrt(1 - std::pow(kAdamBeta2, 7));
  s[kStepRate] = 4e-3;
  s[kStepMoment] = 13.0;
  return scalars;
}

TEST_F(CudaKernelsTest, StepRoundingsWithTheBitsOfTheCpu) {
  for (const double round_weight : {0.0, 0.01}) {
    const auto roundings = some_roundings();
    std::vector<RoundingState> copies;
    for (const auto& r : roundings) {
      copies.push_back({there(r.gradient), there(r.floor), there(r.alpha), there(r.first_moment),
                        there(r.second_moment), there(r.soft),
                        {r.quantizer.range, there(r.quantizer.scale),
                         there(r.quantizer.zero_point)}});
    }
    const auto scalars = scalars_with(round_weight);
    const auto actual = kernels().step_roundings(copies, there(scalars));
    const auto expected = cpu_kernels().step_roundings(roundings, scalars);
    EXPECT_TRUE(close(actual.cpu(), expected, 1e-6));
    EXPECT_EQ(expected.item<double>() != 0, round_weight != 0);
    for (size_t i = 0; i < roundings.size(); ++i) {
      EXPECT_TRUE(identical(copies[i].alpha.cpu(), roundings[i].alpha)) << i;
      EXPECT_TRUE(identical(copies[i].first_moment.cpu(), roundings[i].first_moment)) << i;
      EXPECT_TRUE(identical(copies[i].second_moment.cpu(), roundings[i].second_moment)) << i;
      EXPECT_TRUE(identical(copies[i].soft.cpu(), roundings[i].soft)) << i;
    }
  }
}

TEST_F(CudaKernelsTest, StepQuantizersWithTheBitsOfTheCpu) {
  const auto number = [](double value) { return at::full({1}, value, at::kFloat); };
  std::vector<StepState> steps;
  for (int i = 0; i < 70; ++i) {
    StepState step{number(0.3 * i - 9), number(0.001 * (i + 1)), number(0.01 * i), number(0.02 * i)};
    if (i % 3 == 0) {
      step.kind = StepState::Kind::kZeroPoint;
      step.maximum = 0.05F;
    }
    steps.push_back(step);
  }
  std::vector<StepState> copies;
  for (const auto& s : steps)
    copies.push_back({there(s.gradient), there(s.value), there(s.first_moment),
                      there(s.second_moment), s.kind, s.minimum, s.maximum});
  kernels().step_quantizers(copies, there(scalars_with(0)));
  cpu_kernels().step_quantizers(steps, scalars_with(0));
  for (size_t i = 0; i < steps.size(); ++i) {
    EXPECT_TRUE(identical(copies[i].value.cpu(), steps[i].value)) << i;
    EXPECT_TRUE(identical(copies[i].first_moment.cpu(), steps[i].first_moment)) << i;
    EXPECT_TRUE(identical(copies[i].second_moment.cpu(), steps[i].second_moment)) << i;
  }
}

TEST_F(CudaKernelsTest, DrawKeepMasksWithTheBitsOfTheCpu) {
  IterationNow now;
  now.t = at::full({1}, 12345, at::kLong);
  now.slots = at::tensor(std::vector<int64_t>{3, 0, 17});
  std::vector<KeepMaskDraw> draws;
  const std::vector<double> drops = {0.5, 0.0, 1.0, 0.25, 0.1};
  for (int64_t place = 0; place < 70; ++place) {
    const int64_t words = 1 + place * 37 % 1100;
    draws.push_back({{7, 0x80000001}, place, drops[static_cast<size_t>(place) % drops.size()],
                     at::zeros({3, words}, at::kInt)});
  }
  auto copies = draws;
  for (auto& copy : copies) copy.words = there(copy.words);
  IterationNow now_there;
  now_there.t = there(now.t);
  now_there.slots = there(now.slots);
  kernels().draw_keep_masks(copies, now_there);
  cpu_kernels().draw_keep_masks(draws, now);
  for (size_t i = 0; i < draws.size(); ++i)
    EXPECT_TRUE(at::equal(copies[i].words.cpu(), draws[i].words)) << i;
}

TEST_F(CudaKernelsTest, LoadIterationsOneAfterAnother) {
  const int64_t batch = 300;
  IterationTable table{at::randint(0, 99, {4, 1}, at::kLong),
                       at::randint(0, 99, {4, batch}, at::kLong),
                       at::randint(0, 99, {4, batch}, at::kLong),
                       at::rand({4, kScalarCount}, at::kDouble),
                       at::randint(-1, 9, {4, 1}, at::kLong),
                       at::full({1}, 1, at::kLong)};
  const IterationTable table_there{there(table.t),       there(table.rows),  there(table.slots),
                                   there(table.scalars), there(table.point), there(table.next)};
  const IterationNow now{there(table.t[0]), there(table.rows[0]), there(table.slots[0]),
                         there(table.scalars[0]), there(table.point[0])};
  for (int64_t row = 1; row < 4; ++row) {
    kernels().load_iteration(table_there, now);
    EXPECT_TRUE(at::equal(now.t.cpu(), table.t[row]));
    EXPECT_TRUE(at::equal(now.rows.cpu(), table.rows[row]));
    EXPECT_TRUE(at::equal(now.slots.cpu(), table.slots[row]));
    EXPECT_TRUE(at::equal(now.scalars.cpu(), table.scalars[row]));
    EXPECT_TRUE(at::equal(now.point.cpu(), table.point[row]));
    EXPECT_EQ(table_there.next.item<int64_t>(), row + 1);
  }
}

TEST_F(CudaKernelsTest, RecordLossesAndTheFirstThatIsNotFinite) {
  const LossCurveBuffer curve{there(at::zeros({2, 2}, at::kDouble)), there(at::zeros({2}, at::kDouble)),
                              there(at::full({1}, -1, at::kLong))};
  const auto record = [&](double loss, double rounding, int64_t t, int64_t point) {
    IterationNow now;
    now.t = there(at::full({1}, t, at::kLong));
    now.point = there(at::full({1}, point, at::kLong));
    const auto of_rounding =
        rounding == 0 ? at::Tensor() : there(at::full({1}, rounding, at::kDouble));
    kernels().record_losses(there(at::scalar_tensor(loss, at::kDouble)), of_rounding, now, curve);
  };
  record(1.5, 0.25, 3, 1);
  record(2.5, 0, 4, -1);
  EXPECT_TRUE(identical(curve.latest.cpu(), at::tensor(std::vector<double>{2.5, 0})));
  EXPECT_EQ(curve.bad.item<int64_t>(), -1);
  record(std::numeric_limits<double>::infinity(), 1, 5, -1);
  record(std::nan(""), 1, 6, -1);
  EXPECT_EQ(curve.bad.item<int64_t>(), 5);
  EXPECT_TRUE(identical(curve.points.cpu(),
                        at::tensor(std::vector<double>{0, 0, 1.5, 0.25}).view({2, 2})));
}

}  // namespace
}  // namespace ptqbench
