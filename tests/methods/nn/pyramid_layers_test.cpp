#include "methods/nn/pyramid_layers.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/nn/bit_policy.h"
#include "methods/nn/cost_pass.h"
#include "methods/reconstruction/calibrate.h"
#include "tests/helpers/expect_close.h"

namespace ptqbench {
namespace {

/// Runs in full precision and keeps what it was handed.
class RecordingPass : public FullPrecisionPass {
 public:
  at::Tensor activation(const ActivationSite& site, const ActivationTerms& terms) override {
    handed.push_back(terms.sum());
    return FullPrecisionPass::activation(site, terms);
  }

  Tensors handed;
};

PyramidConvOptions conv_options(int64_t in_channels, int64_t out_channels, int64_t kernel) {
  PyramidConvOptions options;
  options.in_channels = in_channels;
  options.out_channels = out_channels;
  options.kernel = kernel;
  options.nonlinearity = Nonlinearity::kRelu;
  return options;
}

Tensors two_levels(at::MemoryFormat format) {
  at::manual_seed(3);
  return {at::randn({2, 3, 4, 6}).contiguous(format), at::randn({2, 3, 2, 3}).contiguous(format)};
}

class PyramidConvInBothLayouts : public ::testing::TestWithParam<at::MemoryFormat> {};

TEST_P(PyramidConvInBothLayouts, IsTheSameConvolutionOnEveryLevel) {
  const PyramidConv conv("head", conv_options(3, 5, 3));
  const auto weight = conv.parameters().at(0).value;
  const auto bias = conv.parameters().at(1).value;
  at::Tensor(bias).copy_(at::randn({5}));
  const auto maps = two_levels(GetParam());
  RecordingPass pass;
  const auto outputs = conv.forward(maps, pass);
  ASSERT_EQ(outputs.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    const auto expected = at::relu(at::conv2d(maps[i], weight, bias, {1, 1}, {1, 1}));
    EXPECT_TRUE(testing::close(outputs[i], expected, 1e-5, 1e-6));
  }
  ASSERT_EQ(pass.handed.size(), 1U) << "one activation for all levels";
  EXPECT_EQ(pass.handed[0].sizes(), (std::vector<int64_t>{2, 5, 1, 30}));
}

INSTANTIATE_TEST_SUITE_P(Layouts, PyramidConvInBothLayouts,
                         ::testing::Values(at::MemoryFormat::Contiguous,
                                           at::MemoryFormat::ChannelsLast));

UnitGraph head_of_two_levels(const PyramidConvOptions& options) {
  UnitGraph graph;
  const auto fine = graph.add_input("fine");
  const auto coarse = graph.add_input("coarse");
  graph.set_outputs(
      graph.add("head", "", std::make_shared<PyramidConv>("head", options), {fine, coarse}, 2));
  return graph;
}

TEST(PyramidConv, OneRangeCoversAllLevels) {
  auto options = conv_options(1, 1, 1);
  options.nonlinearity = Nonlinearity::kNone;
  auto graph = head_of_two_levels(options);
  at::Tensor(graph.parameters().at(0).value).fill_(1);
  assign_bits(graph, {32, 8}, {"none"});
  MethodSettings settings;
  settings.activation_range = "min_max";
  // The lowest value lies in one level and the highest in the other.
  const auto fine = at::zeros({1, 1, 2, 2});
  fine[0][0][1][0] = -1;
  const auto coarse = at::full({1, 1, 1, 1}, 254.0F);
  calibrate_activations(graph, settings, RangeSource::kFullPrecision, {fine, coarse});
  EXPECT_NEAR(graph.activation_sites().at(0)->quantizer->scale.item<double>(), 1.0, 1e-6);
}

TEST(PyramidConv, CostsWhatItsLevelsCost) {
  const auto graph = head_of_two_levels(conv_options(3, 5, 3));
  EXPECT_EQ(count_macs(graph, two_levels(at::MemoryFormat::Contiguous)), 2 * 30 * 5 * 3 * 9);
}

TEST(PyramidConv, GradientsOfAllLevelsReachTheWeight) {
  const PyramidConv conv("head", conv_options(3, 5, 3));
  const auto weight = conv.parameters().at(0).value;
  at::Tensor(weight).requires_grad_(true);
  const auto maps = two_levels(at::MemoryFormat::ChannelsLast);
  FullPrecisionPass pass;
  const auto outputs = conv.forward(maps, pass);
  (outputs[0].sum() + outputs[1].sum()).backward();
  const auto gradient = weight.grad().clone();
  at::Tensor(weight).mutable_grad() = at::Tensor();
  for (const auto& map : maps)
    at::relu(at::conv2d(map, weight, conv.parameters().at(1).value, {1, 1}, {1, 1}))
        .sum()
        .backward();
  EXPECT_TRUE(testing::close(gradient, weight.grad(), 1e-4, 1e-5));
}

TEST(AddUpsampled, RepeatsTheNearestPositionOfTheCoarserMap) {
  const AddUpsampled add("sum");
  FullPrecisionPass pass;
  const auto coarse = at::tensor({1.0F, 2.0F}).view({1, 1, 1, 2});
  const auto fine = at::full({1, 1, 2, 3}, 10.0F);
  const auto expected = at::tensor({11.0F, 11.0F, 12.0F, 11.0F, 11.0F, 12.0F}).view({1, 1, 2, 3});
  EXPECT_TRUE(testing::identical(add.forward({fine, coarse}, pass).at(0), expected));
}

TEST(JoinAnchors, GoesByLevelRowColumnAndAnchor) {
  const JoinAnchors join(2);
  FullPrecisionPass pass;
  // Two anchors with two values each: channels (anchor 0: a, b; anchor 1: a, b).
  const auto fine = at::arange(8, at::kFloat).view({1, 4, 1, 2});
  const auto coarse = at::arange(8, 12, at::kFloat).view({1, 4, 1, 1});
  const auto expected =
      at::tensor({0, 2, 4, 6, 1, 3, 5, 7, 8, 9, 10, 11}, at::kFloat).view({1, 6, 2});
  EXPECT_TRUE(testing::identical(join.forward({fine, coarse}, pass).at(0), expected));
}

}  // namespace
}  // namespace ptqbench
