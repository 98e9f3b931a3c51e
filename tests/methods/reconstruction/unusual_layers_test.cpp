#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/reconstruction/engine.h"
#include "tests/helpers/expect_close.h"

// Graphs that no published network has, and layers of users may make.
namespace ptqbench {
namespace {

/// A linear layer whose output nobody reads stands beside one that is read.
class UnreadBranch : public Layer {
 public:
  UnreadBranch() : read_("read", 4, 3, Nonlinearity::kNone, false),
                   unread_("unread", 4, 3, Nonlinearity::kRelu, true) {}
  Tensors forward(const Tensors& inputs, Pass& pass) const override {
    unread_.forward(inputs, pass);
    return read_.forward(inputs, pass);
  }
  std::string kind() const override { return "unread branch"; }
  std::vector<WeightSite*> weight_sites() override {
    return {read_.weight_sites().at(0), unread_.weight_sites().at(0)};
  }
  std::vector<ActivationSite*> activation_sites() override { return unread_.activation_sites(); }

 private:
  QuantLinear read_, unread_;
};

void give_quantizers(const UnitGraph& graph) {
  for (WeightSite* site : graph.weight_sites()) {
    site->quantizer =
        quantizer_from_range(at::full({1}, -1.0F), at::full({1}, 1.0F), integer_range(4, false), false);
  }
  for (ActivationSite* site : graph.activation_sites()) {
    site->quantizer =
        quantizer_from_range(at::full({1}, -2.0F), at::full({1}, 2.0F), integer_range(4, false), false);
  }
}

Phase small_joint_phase() {
  Phase phase;
  phase.learn_rounding = true;
  phase.learn_steps = true;
  phase.drop_probability = 0.5;
  phase.iterations = 5;
  phase.step_lr = 1e-3;
  return phase;
}

TEST(ReconstructUnit, WhatDoesNotReachTheLossStaysAsItIs) {
  at::manual_seed(2);
  UnitGraph graph;
  const auto x = graph.add_input("x");
  graph.set_outputs({graph.add("branch", "", std::make_shared<UnreadBranch>(), {x})});
  give_quantizers(graph);
  const auto input = at::randn({8, 4});
  const UnitData data{{input}, {input}, {at::randn({8, 3})}, {}, all_samples(8)};
  MethodSettings settings;
  settings.round_weight = 0;
  settings.batch_size = 4;
  PhiloxSource random(1, "unit");
  LocalGroup group;
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto phase = small_joint_phase();
  UnitReconstruction reconstruction(graph, unit, data, phase, settings, random, group);
  std::vector<at::Tensor> before;
  for (const auto& [name, value] : reconstruction.state()) before.push_back(value.clone());
  reconstruction.run(0, phase.iterations);
  const auto state = reconstruction.state();
  for (size_t i = 0; i < state.size(); ++i) {
    const bool learned = state[i].name.rfind("read", 0) == 0;
    if (state[i].name.find("zero_point") != std::string::npos) continue;
    EXPECT_EQ(testing::identical(state[i].value, before[i]), !learned) << state[i].name;
  }
}

/// [N, 6] -> [3 N, 2]: three rows of each sample.
class Unfold : public Layer {
 public:
  Tensors forward(const Tensors& inputs, Pass& pass) const override {
    return {pass.activation(site_, {inputs.at(0).reshape({-1, 2})}).reshape({-1, 6})};
  }
  std::string kind() const override { return "unfold"; }
  std::vector<ActivationSite*> activation_sites() override { return {&site_}; }

 private:
  ActivationSite site_ = quantized_site("unfold");
};

TEST(ReconstructUnit, RowsThatALayerUnfoldsHaveMasksOfTheirOwn) {
  at::manual_seed(3);
  const auto input = at::randn({8, 6}), target = at::randn({8, 3});
  std::vector<LossCurve> curves;
  for (int run = 0; run < 2; ++run) {
    at::manual_seed(4);
    UnitGraph graph;
    const auto x = graph.add_input("x");
    const auto rows = graph.add("unfold", "block", std::make_shared<Unfold>(), {x});
    const auto linear =
        std::make_shared<QuantLinear>("linear", 6, 3, Nonlinearity::kNone, false);
    graph.set_outputs({graph.add("linear", "block", linear, {rows})});
    give_quantizers(graph);
    const UnitData data{{input}, {input}, {target}, {}, all_samples(8)};
    MethodSettings settings;
    settings.batch_size = 4;
    PhiloxSource random(1, "unit");
    LocalGroup group;
    curves.push_back(reconstruct_unit(graph, graph.units(Granularity::kBlock).at(0), data,
                                      small_joint_phase(), settings, random, group));
  }
  ASSERT_EQ(curves[0].reconstruction.size(), 5U);
  EXPECT_EQ(curves[0].reconstruction, curves[1].reconstruction);
}

}  // namespace
}  // namespace ptqbench
