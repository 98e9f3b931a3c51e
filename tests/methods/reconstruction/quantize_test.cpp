#include "methods/reconstruction/quantize.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "methods/recipes/registry.h"
#include "support/error.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/thread_group.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

void no_progress(const Phase&, const Unit&, size_t, size_t) {}

MethodSettings small_settings() {
  MethodSettings settings;
  settings.calibration_samples = 64;
  settings.range_samples = 32;
  settings.iterations = 60;
  settings.step_iterations = 30;
  settings.batch_size = 16;
  settings.rounding_lr = 1e-2;
  return settings;
}

struct Quantized {
  UnitGraph model;
  QuantizationReport report;
  at::Tensor output;
  at::Tensor reference;
};

Quantized quantize(const std::string& method, int weight_bits, int activation_bits, uint64_t seed,
                   const MethodSettings& settings, DeviceGroup& group) {
  // One generator for all threads.
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  at::manual_seed(1);
  Quantized result{testing::tiny_resnet(), {}, {}, {}};
  const auto calibration = at::randn({64, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto fresh = at::randn({32, 3, 8, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  lock.unlock();
  FullPrecisionPass full_precision;
  result.reference = result.model.forward({fresh}, full_precision).at(0);
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  result.report =
      quantize_model(result.model, {{weight_bits, activation_bits}, method, seed, settings},
                     {calibration}, no_progress, storage, checkpoints, group);
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  result.output = result.model.forward({fresh}, pass).at(0);
  return result;
}

Quantized quantize(const std::string& method, int weight_bits, int activation_bits, uint64_t seed,
                   const MethodSettings& settings = small_settings()) {
  LocalGroup alone;
  return quantize(method, weight_bits, activation_bits, seed, settings, alone);
}

class EveryMethod : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryMethod, LeavesWeightsOnTheirGrid) {
  const auto result = quantize(GetParam(), 3, 4, 1);
  for (const WeightSite* site : result.model.weight_sites()) {
    const auto scale = broadcast_to_channels(site->quantizer->scale, site->value);
    const auto zero_point = broadcast_to_channels(site->quantizer->zero_point, site->value);
    const auto integers = site->quantized / scale + zero_point;
    EXPECT_TRUE(testing::close(integers, at::round(integers), 0, 1e-4)) << site->name;
    EXPECT_GE(integers.min().item<float>(),
              -1e-4F + static_cast<float>(site->quantizer->range.minimum));
    EXPECT_LE(integers.max().item<float>(),
              1e-4F + static_cast<float>(site->quantizer->range.maximum));
  }
}

TEST_P(EveryMethod, SameSeedSameBitsAtAnyRepetition) {
  const auto first = quantize(GetParam(), 2, 4, 5);
  const auto second = quantize(GetParam(), 2, 4, 5);
  EXPECT_TRUE(testing::identical(first.output, second.output));
}

TEST_P(EveryMethod, EightBitsStayCloseToFullPrecision) {
  const auto result = quantize(GetParam(), 8, 8, 1);
  const double error = (result.output - result.reference).square().mean().item<double>();
  EXPECT_LT(error, 1e-3 * result.reference.square().mean().item<double>());
}

TEST_P(EveryMethod, FullPrecisionBitsChangeNothing) {
  const auto result = quantize(GetParam(), 32, 32, 1);
  EXPECT_TRUE(testing::identical(result.output, result.reference));
}

INSTANTIATE_TEST_SUITE_P(All, EveryMethod, ::testing::ValuesIn(method_names()));

double unit_errors(const QuantizationReport& report, double UnitReport::*error) {
  double sum = 0;
  for (const auto& unit : report.units) sum += unit.*error;
  return sum;
}

TEST(Reconstruction, ReducesTheErrorOfTheUnits) {
  auto settings = small_settings();
  settings.iterations = 300;
  for (const char* method : {"adaround", "brecq", "qdrop", "nodrop"}) {
    const auto report = quantize(method, 2, 4, 1, settings).report;
    ASSERT_FALSE(report.units.empty());
    EXPECT_LT(unit_errors(report, &UnitReport::error_after),
              unit_errors(report, &UnitReport::error_before))
        << method;
  }
}

/// Of all quantized weights, by their integers.
int64_t flipped(const UnitGraph& model) {
  int64_t count = 0;
  for (const WeightSite* site : model.weight_sites()) {
    const auto scale = broadcast_to_channels(site->quantizer->scale, site->value);
    const auto zero_point = broadcast_to_channels(site->quantizer->zero_point, site->value);
    const auto& range = site->quantizer->range;
    const auto nearest =
        (at::round(site->value / scale) + zero_point).clamp(range.minimum, range.maximum);
    const auto integers = at::round(site->quantized / scale) + zero_point;
    count += integers.ne(nearest).sum().item<int64_t>();
  }
  return count;
}

TEST(Reconstruction, ReportsHowManyWeightsItFlipped) {
  for (const char* method : {"adaround", "qdrop"}) {
    const auto result = quantize(method, 2, 4, 1);
    int64_t weights = 0;
    int64_t flips = 0;
    for (const auto& unit : result.report.units) {
      weights += unit.weights;
      flips += unit.flipped_weights;
    }
    int64_t expected = 0;
    for (const WeightSite* site : result.model.weight_sites()) expected += site->value.numel();
    EXPECT_EQ(weights, expected) << method;
    EXPECT_EQ(flips, flipped(result.model)) << method;
    EXPECT_GT(flips, 0) << method;
  }
}

TEST(Reconstruction, FlipsNothingWithoutALearningRate) {
  auto settings = small_settings();
  settings.rounding_lr = 0;
  const auto report = quantize("brecq", 2, 4, 1, settings).report;
  ASSERT_FALSE(report.units.empty());
  for (const auto& unit : report.units) {
    EXPECT_EQ(unit.flipped_weights, 0) << unit.unit;
    // The later phase learns steps.
    EXPECT_EQ(unit.weights > 0, unit.phase == report.units.front().phase) << unit.unit;
  }
}

TEST(Reconstruction, SeedsDiffer) {
  EXPECT_FALSE(at::equal(quantize("qdrop", 2, 4, 1).output, quantize("qdrop", 2, 4, 2).output));
}

TEST(Reconstruction, QdropWithoutDroppingIsNodrop) {
  auto settings = small_settings();
  settings.drop_probability = 0;
  EXPECT_TRUE(testing::identical(quantize("qdrop", 2, 4, 1, settings).output,
                                 quantize("nodrop", 2, 4, 1).output));
}

std::vector<std::string> phases_of(const QuantizationReport& report) {
  std::vector<std::string> names;
  for (const auto& unit : report.units) names.push_back(unit.phase + " " + unit.unit);
  return names;
}

TEST(Recipes, BrecqLearnsAllWeightsBeforeAllSteps) {
  // The classifier has no activation quantizer of its own, so the second sweep has nothing to learn
  // there.
  EXPECT_EQ(phases_of(quantize("brecq", 4, 4, 1).report),
            (std::vector<std::string>{"weights conv1", "weights layer1.0", "weights layer2.0",
                                      "weights linear", "activations conv1", "activations layer1.0",
                                      "activations layer2.0"}));
}

TEST(Recipes, AdaroundGoesLayerByLayer) {
  EXPECT_EQ(phases_of(quantize("adaround", 4, 4, 1).report),
            (std::vector<std::string>{"weights conv1", "weights layer1.0.conv1",
                                      "weights layer1.0.conv2", "weights layer2.0.conv1",
                                      "weights layer2.0.conv2", "weights linear"}));
}

TEST(Recipes, NearestLearnsNothing) {
  EXPECT_TRUE(quantize("nearest", 4, 4, 1).report.units.empty());
}

TEST(Recipes, CasesDifferInWhatIsQuantizedWhileWeightsAreTuned) {
  using Activations = QuantizedPass::Activations;
  const MethodSettings settings;
  const auto phase = [&](const char* name) { return make_recipe(name, settings).phases.at(0); };
  EXPECT_EQ(phase("case1").preceding, Activations::kFullPrecision);
  EXPECT_EQ(phase("case1").inside, Activations::kFullPrecision);
  EXPECT_EQ(phase("case2").preceding, Activations::kQuantized);
  EXPECT_EQ(phase("case2").inside, Activations::kQuantized);
  EXPECT_EQ(phase("case3").preceding, Activations::kQuantized);
  EXPECT_EQ(phase("case3").inside, Activations::kFullPrecision);
  for (const char* name : {"case1", "case2", "case3"}) EXPECT_FALSE(phase(name).learn_steps);
}

TEST(Recipes, DefaultsAreThePublishedOnes) {
  const MethodSettings settings;
  const auto qdrop = make_recipe("qdrop", settings).phases.at(0);
  EXPECT_EQ(qdrop.iterations, 20000);
  EXPECT_EQ(qdrop.drop_probability, 0.5);
  EXPECT_EQ(qdrop.step_lr, 4e-5);
  EXPECT_EQ(qdrop.norm, 2.0);
  const auto steps = make_recipe("brecq", settings).phases.at(1);
  EXPECT_EQ(steps.iterations, 5000);
  EXPECT_EQ(steps.step_lr, 4e-4);
  EXPECT_EQ(steps.norm, 2.4);
}

TEST(Recipes, UnknownMethodSuggestsTheNearest) {
  try {
    make_recipe("qdorp", {});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'qdrop'"), std::string::npos)
        << error.what();
  }
}

/// [N, C, H, W] -> [N, 1], the place of the greatest value.
class PickGreatest : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& /*pass*/) const override {
    return {inputs.at(0).flatten(1).argmax(1, true).to(at::kFloat)};
  }
  std::string kind() const override { return "pick"; }
};

/// Adds what was picked to a map, and keeps it.
class UsePick : public Layer {
 public:
  explicit UsePick(std::vector<at::Tensor>& picks) : picks_(picks) {}

  Tensors forward(const Tensors& inputs, Pass& /*pass*/) const override {
    picks_.push_back(inputs.at(1).clone());
    return {inputs.at(0) + inputs.at(1).view({-1, 1, 1, 1})};
  }
  std::string kind() const override { return "use pick"; }

 private:
  std::vector<at::Tensor>& picks_;
};

std::shared_ptr<Layer> two_channel_conv(const std::string& name, int64_t in_channels) {
  Conv2dOptions options;
  options.in_channels = in_channels;
  options.out_channels = 2;
  options.kernel = 3;
  options.padding = 1;
  return std::make_shared<QuantConv2d>(name, options);
}

/// The picks that were used in each run while both streams were pushed through.
std::vector<at::Tensor> picks_while_quantizing(bool choice) {
  at::manual_seed(4);
  std::vector<at::Tensor> picks;
  UnitGraph graph;
  const auto image = graph.add_input("image");
  const auto map = graph.add("first", "", two_channel_conv("first", 3), {image});
  const auto pick = graph.add("pick", "", std::make_shared<PickGreatest>(), {map});
  const auto used = graph.add("use", "", std::make_shared<UsePick>(picks), {map, pick});
  graph.set_outputs({graph.add("last", "", two_channel_conv("last", 2), {used})});
  if (choice) graph.mark_choice({pick});
  auto settings = small_settings();
  settings.iterations = 1;
  settings.first_last = "none";
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  const auto images = at::randn({20, 3, 8, 8});
  LocalGroup alone;
  quantize_model(graph, {{2, 2}, "nodrop", 1, settings}, {images}, no_progress, storage,
                 checkpoints, alone);
  // The first run finds ranges in full precision.
  return {picks.begin() + 1, picks.end()};
}

TEST(Choices, OfTheFullPrecisionNetworkArriveInBothStreams) {
  const auto shared = picks_while_quantizing(true);
  ASSERT_EQ(shared.size(), 2U);
  EXPECT_TRUE(testing::identical(shared[0], shared[1]));
  const auto own = picks_while_quantizing(false);
  ASSERT_EQ(own.size(), 2U);
  EXPECT_FALSE(at::equal(own[0], own[1])) << "or the test shows nothing";
}

TEST(QuantizeModel, AGroupFindsWhatOneProcessFindsUpToTheOrderOfSums) {
  auto settings = small_settings();
  settings.calibration_samples = 64;
  for (const char* method : {"adaround", "brecq", "qdrop"}) {
    const auto alone = quantize(method, 4, 4, 1, settings);
    for (const int size : {2, 3}) {
      SCOPED_TRACE(std::string(method) + " on " + std::to_string(size));
      std::vector<std::optional<Quantized>> members(static_cast<size_t>(size));
      testing::run_as_group(size, [&](DeviceGroup& group) {
        members[static_cast<size_t>(group.member())] = quantize(method, 4, 4, 1, settings, group);
      });
      const Quantized& leader = *members[0];
      for (const auto& member : members)
        EXPECT_TRUE(testing::identical(member->output, leader.output));
      ASSERT_EQ(leader.report.units.size(), alone.report.units.size());
      for (size_t u = 0; u < alone.report.units.size(); ++u) {
        const double expected = alone.report.units[u].error_after;
        // Float32 sums in another order move a few roundings that were undecided.
        EXPECT_NEAR(leader.report.units[u].error_after, expected, 0.05 * expected)
            << alone.report.units[u].unit;
      }
    }
  }
}

TEST(QuantizeModel, RefusesFewerSamplesThanDevices) {
  auto model = testing::tiny_resnet();
  MemoryStorage storage;
  NoUnitCheckpoints checkpoints;
  const auto one_sample = at::randn({1, 3, 8, 8});
  EXPECT_THROW(testing::run_as_group(2,
                                     [&](DeviceGroup& group) {
                                       quantize_model(model, {{4, 4}, "brecq", 1, small_settings()},
                                                      {one_sample}, no_progress, storage,
                                                      checkpoints, group);
                                     }),
               ConfigError);
}

}  // namespace
}  // namespace ptqbench
