#include "methods/nn/unit_graph.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "methods/nn/bit_policy.h"
#include "support/error.h"
#include "support/stop_request.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/tiny_models.h"

namespace ptqbench {
namespace {

using testing::tiny_resnet;

TEST(UnitGraph, BlocksGroupTheirLayers) {
  const auto graph = tiny_resnet();
  std::vector<std::string> names;
  size_t next = 0;
  for (const auto& unit : graph.units(Granularity::kBlock)) {
    names.push_back(unit.name);
    EXPECT_EQ(unit.first, next) << "units follow each other without gaps";
    next = unit.last;
  }
  EXPECT_EQ(next, graph.nodes().size());
  EXPECT_EQ(names, (std::vector<std::string>{"conv1", "layer1.0", "layer2.0", "pool", "linear"}));
}

TEST(UnitGraph, LayersStandAloneAtLayerGranularity) {
  const auto graph = tiny_resnet();
  EXPECT_EQ(graph.units(Granularity::kLayer).size(), graph.nodes().size());
}

TEST(UnitGraph, RunningUnitByUnitEqualsRunningTheWhole) {
  at::manual_seed(1);
  const auto graph = tiny_resnet();
  FullPrecisionPass pass;
  const auto x = at::randn({2, 3, 8, 8});
  const auto whole = graph.forward({x}, pass).at(0);
  for (const auto granularity : {Granularity::kLayer, Granularity::kBlock}) {
    std::vector<at::Tensor> values(static_cast<size_t>(graph.value_count()));
    values[static_cast<size_t>(graph.inputs().at(0))] = x;
    for (const auto& unit : graph.units(granularity)) {
      Tensors inputs;
      for (const ValueId id : unit.inputs) inputs.push_back(values[static_cast<size_t>(id)]);
      const auto outputs = graph.forward(unit, inputs, pass);
      for (size_t i = 0; i < outputs.size(); ++i)
        values[static_cast<size_t>(unit.outputs[i])] = outputs[i];
    }
    EXPECT_TRUE(testing::identical(values[static_cast<size_t>(graph.outputs().at(0))], whole));
  }
}

TEST(UnitGraph, MovesAllItsTensorsToADevice) {
  // The meta device has no values, only shapes: enough to see what was moved.
  auto graph = tiny_resnet();
  graph.fold_batch_norm();
  const AffineQuantizer quantizer{{0, 15}, at::ones({1}), at::zeros({1})};
  for (auto* site : graph.weight_sites()) {
    site->quantizer = quantizer;
    site->quantized = site->value.clone();
  }
  for (auto* site : graph.activation_sites()) site->quantizer = quantizer;
  EXPECT_EQ(graph.device(), at::Device(at::kCPU));
  graph.move_to(at::kMeta);
  EXPECT_EQ(graph.device(), at::Device(at::kMeta));
  for (const auto& [name, value] : graph.parameters()) EXPECT_TRUE(value.is_meta()) << name;
  for (const auto* site : graph.weight_sites()) {
    EXPECT_TRUE(site->value.is_meta()) << site->name;
    EXPECT_TRUE(site->quantized.is_meta()) << site->name;
    EXPECT_TRUE(site->quantizer->scale.is_meta()) << site->name;
    EXPECT_TRUE(site->quantizer->zero_point.is_meta()) << site->name;
  }
  for (const auto* site : graph.activation_sites())
    EXPECT_TRUE(site->quantizer->scale.is_meta()) << site->name;
}

TEST(UnitGraph, BatchNormIsMovedToo) {
  UnitGraph graph;
  Conv2dOptions options;
  options.in_channels = options.out_channels = 2;
  options.batch_norm = "bn";
  graph.add("conv", "", std::make_shared<QuantConv2d>("conv", options), {graph.add_input("x")});
  ASSERT_EQ(graph.buffers().size(), 2u);
  graph.move_to(at::kMeta);
  for (const auto& [name, value] : graph.buffers()) EXPECT_TRUE(value.is_meta()) << name;
}

/// Has a parameter and moves nothing.
class Stubborn : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& /*pass*/) const override { return inputs; }
  std::string kind() const override { return "stubborn"; }
  std::vector<NamedTensor> parameters() const override { return {{"stubborn.weight", weight_}}; }

 private:
  at::Tensor weight_ = at::ones({1});
};

TEST(UnitGraph, ALayerThatStaysBehindIsAnError) {
  UnitGraph graph;
  graph.add("stubborn", "", std::make_shared<Stubborn>(), {graph.add_input("x")});
  graph.move_to(at::kCPU);
  EXPECT_THROW(graph.move_to(at::kMeta), std::logic_error);
}

TEST(UnitGraph, RefusesAValueNobodyProduces) {
  UnitGraph graph;
  EXPECT_THROW(graph.add("pool", "", std::make_shared<GlobalAveragePool>(), {3}), std::logic_error);
}

std::vector<int> weight_bits(const UnitGraph& graph) {
  std::vector<int> bits;
  for (const WeightSite* site : graph.weight_sites()) bits.push_back(site->bits);
  return bits;
}

std::vector<int> activation_bits(const UnitGraph& graph) {
  std::vector<int> bits;
  for (const ActivationSite* site : graph.activation_sites()) bits.push_back(site->bits);
  return bits;
}

// Weights: conv1, two blocks of two convolutions, linear. Activations in the same order with each
// block's sum after its second convolution; that convolution and the classifier have no quantizer.
TEST(UnitGraph, NoPassBeginsOnceTheProcessWasAskedToStop) {
  const auto graph = tiny_resnet();
  // In a process of its own, since what is asked cannot be taken back.
  const auto stop_and_run = [&] {
    request_stop();
    try {
      FullPrecisionPass pass;
      graph.forward({at::zeros({1, 3, 8, 8})}, pass);
      std::_Exit(0);
    } catch (const Stopped&) {
      std::_Exit(75);
    }
  };
  EXPECT_EXIT(stop_and_run(), ::testing::ExitedWithCode(75), "");
}

TEST(BitPolicy, QdropKeepsFirstAndLastWeightAndLastInput) {
  auto graph = tiny_resnet();
  assign_bits(graph, {2, 4}, {"qdrop"});
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{8, 2, 2, 2, 2, 8}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{4, 4, 32, 4, 4, 32, 8, 32}));
}

TEST(BitPolicy, BrecqAlsoKeepsTheFirstOutput) {
  auto graph = tiny_resnet();
  assign_bits(graph, {2, 4}, {"brecq"});
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{8, 2, 2, 2, 2, 8}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{8, 4, 32, 4, 4, 32, 8, 32}));
}

TEST(BitPolicy, NoneKeepsNothing) {
  auto graph = tiny_resnet();
  assign_bits(graph, {3, 3}, {"none"});
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{3, 3, 3, 3, 3, 3}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{3, 3, 32, 3, 3, 32, 3, 32}));
}

TEST(BitPolicy, WhatIsOffStaysOff) {
  auto graph = tiny_resnet();
  assign_bits(graph, {4, 32}, {"brecq"});
  EXPECT_EQ(weight_bits(graph).front(), 8);
  for (const int bits : activation_bits(graph)) EXPECT_EQ(bits, 32);
}

TEST(BitPolicy, RefusesImpossibleBitsAndPolicies) {
  auto graph = tiny_resnet();
  EXPECT_THROW(assign_bits(graph, {1, 4}, {"qdrop"}), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 33}, {"qdrop"}), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 4}, {"qdrp"}), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 4, 8}, {"qdrop"}), ConfigError);
}

ValueId value_of(const UnitGraph& graph, const std::string& node) {
  for (const Node& n : graph.nodes()) {
    if (n.name == node) return n.outputs.front();
  }
  return -1;
}

TEST(UnitGraph, ComputesValuesFromOthersThatAreGiven) {
  at::manual_seed(1);
  const auto graph = tiny_resnet();
  FullPrecisionPass pass;
  const auto x = at::randn({2, 3, 8, 8});
  const auto middle = value_of(graph, "layer1.0.add");
  const auto last = graph.outputs().at(0);
  const auto both = graph.compute({middle, last}, graph.inputs(), {x}, pass);
  EXPECT_TRUE(testing::identical(both[1], graph.forward({x}, pass).at(0)));
  const auto from_middle = graph.compute({last, middle}, {middle}, {both[0]}, pass);
  EXPECT_TRUE(testing::identical(from_middle[0], both[1]));
  EXPECT_TRUE(from_middle[1].is_same(both[0]));
}

TEST(UnitGraph, RefusesToComputeWithoutWhatIsNeeded) {
  const auto graph = tiny_resnet();
  FullPrecisionPass pass;
  EXPECT_THROW(graph.compute(graph.outputs(), {}, {}, pass), std::logic_error);
}

TEST(UnitGraph, NamesValues) {
  auto graph = tiny_resnet();
  graph.name_value("logits", graph.outputs().at(0));
  EXPECT_EQ(graph.named_value("logits"), graph.outputs().at(0));
  EXPECT_THROW(graph.named_value("boxes"), std::logic_error);
}

TEST(BitPolicy, HeadsAreQuantizedOnlyWhenAskedFor) {
  auto graph = tiny_resnet();
  mark_head(graph, graph.nodes().size() - 1);
  assign_bits(graph, {4, 4}, {"none", /*quantize_heads=*/false});
  EXPECT_EQ(graph.weight_sites().back()->bits, 32);
  EXPECT_EQ(graph.weight_sites().front()->bits, 4);
  assign_bits(graph, {4, 4}, {"none", /*quantize_heads=*/true});
  EXPECT_EQ(graph.weight_sites().back()->bits, 4);
  assign_bits(graph, {4, 4}, {"qdrop", /*quantize_heads=*/true});
  EXPECT_EQ(graph.weight_sites().back()->bits, 8);
}

}  // namespace
}  // namespace ptqbench
