#include "methods/nn/unit_graph.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "methods/nn/bit_policy.h"
#include "methods/support/error.h"
#include "methods/support/stop_request.h"
#include "tests/support/expect_close.h"
#include "tests/support/tiny_models.h"

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
  assign_bits(graph, {2, 4}, "qdrop");
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{8, 2, 2, 2, 2, 8}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{4, 4, 32, 4, 4, 32, 8, 32}));
}

TEST(BitPolicy, BrecqAlsoKeepsTheFirstOutput) {
  auto graph = tiny_resnet();
  assign_bits(graph, {2, 4}, "brecq");
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{8, 2, 2, 2, 2, 8}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{8, 4, 32, 4, 4, 32, 8, 32}));
}

TEST(BitPolicy, NoneKeepsNothing) {
  auto graph = tiny_resnet();
  assign_bits(graph, {3, 3}, "none");
  EXPECT_EQ(weight_bits(graph), (std::vector<int>{3, 3, 3, 3, 3, 3}));
  EXPECT_EQ(activation_bits(graph), (std::vector<int>{3, 3, 32, 3, 3, 32, 3, 32}));
}

TEST(BitPolicy, WhatIsOffStaysOff) {
  auto graph = tiny_resnet();
  assign_bits(graph, {4, 32}, "brecq");
  EXPECT_EQ(weight_bits(graph).front(), 8);
  for (const int bits : activation_bits(graph)) EXPECT_EQ(bits, 32);
}

TEST(BitPolicy, RefusesImpossibleBitsAndPolicies) {
  auto graph = tiny_resnet();
  EXPECT_THROW(assign_bits(graph, {1, 4}, "qdrop"), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 33}, "qdrop"), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 4}, "qdrp"), ConfigError);
  EXPECT_THROW(assign_bits(graph, {4, 4, 8}, "qdrop"), ConfigError);
}

}  // namespace
}  // namespace ptqbench
