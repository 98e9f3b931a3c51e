#include "methods/reconstruction/engine.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <map>
#include <set>

#include "methods/kernels/keep_mask.h"
#include "methods/nn/layers.h"
#include "methods/reconstruction/adam.h"
#include "support/error.h"
#include "tests/helpers/composed_reconstruction.h"
#include "tests/helpers/expect_close.h"
#include "tests/helpers/golden.h"
#include "tests/helpers/thread_group.h"

namespace ptqbench {
namespace {

using testing::close;
using testing::GoldenGroup;

/// The recorded mini-batches and drop masks of a trace.
class Recording {
 public:
  explicit Recording(const GoldenGroup& golden) : idx_(golden.tensor("idx")) {
    for (const char* name : {"keep_quant_input", "keep_quant_conv1", "keep_quant_block"}) {
      if (golden.has(name)) masks_.push_back(golden.tensor(name).to(at::kBool));
    }
  }
  std::vector<int64_t> batch(int64_t t) const {
    const auto row = idx_[t].contiguous();
    return {row.data_ptr<int64_t>(), row.data_ptr<int64_t>() + row.numel()};
  }
  /// bool [N, C, H, W].
  at::Tensor mask(int64_t t, int64_t place) const {
    return masks_.at(static_cast<size_t>(place))[t];
  }

 private:
  at::Tensor idx_;
  std::vector<at::Tensor> masks_;
};

/// Replays a recording for data whose samples lie in memory in `layout`.
class RecordedSource : public RandomSource {
 public:
  RecordedSource(const GoldenGroup& golden, at::MemoryFormat layout)
      : recording_(golden), layout_(layout) {}
  std::vector<int64_t> batch(int64_t t, int64_t count, int64_t /*population*/) override {
    auto ids = recording_.batch(t);
    EXPECT_EQ(count, static_cast<int64_t>(ids.size()));
    return ids;
  }
  void fill_keep_masks(std::vector<KeepMaskDraw> draws, const IterationNow& now) override {
    const auto t = now.t.item<int64_t>();
    for (const auto& draw : draws) {
      EXPECT_EQ(draw.drop_probability, 0.5);
      const auto slots = now.slots.slice(0, 0, draw.words.size(0));
      const auto mask = recording_.mask(t, draw.place).index_select(0, slots);
      auto words = draw.words;
      words.copy_(pack_mask(mask.contiguous(layout_)));
    }
  }

 private:
  Recording recording_;
  at::MemoryFormat layout_;
};

Conv2dOptions conv_options(const at::Tensor& weight, int64_t stride, int64_t padding, bool inner) {
  Conv2dOptions options;
  options.in_channels = weight.size(1);
  options.out_channels = weight.size(0);
  options.kernel = weight.size(2);
  options.stride = stride;
  options.padding = padding;
  options.bias = true;
  options.nonlinearity = inner ? Nonlinearity::kRelu : Nonlinearity::kNone;
  options.quantize_output = inner;
  return options;
}

/// The residual block of the recorded traces, with its weights and quantizers.
UnitGraph golden_block(const GoldenGroup& golden) {
  UnitGraph graph;
  const auto stride = static_cast<int64_t>(golden.number("stride"));
  const bool downsample = golden.number("downsample") != 0;
  auto make = [&](const std::string& name, int64_t s, int64_t padding, bool inner) {
    return std::make_shared<QuantConv2d>(
        name, conv_options(golden.group(name).tensor("weight"), s, padding, inner));
  };
  const auto x = graph.add_input("x");
  auto y = graph.add("conv1", "block", make("conv1", stride, 1, true), {x});
  y = graph.add("conv2", "block", make("conv2", 1, 1, false), {y});
  const auto shortcut =
      downsample ? graph.add("downsample", "block", make("downsample", stride, 0, false), {x}) : x;
  y = graph.add("add", "block", std::make_shared<Add>("add", Nonlinearity::kRelu, true),
                {y, shortcut});
  graph.set_outputs({y});

  for (auto& parameter : graph.parameters()) {
    const auto dot = parameter.name.find('.');
    parameter.value.copy_(
        golden.group(parameter.name.substr(0, dot)).tensor(parameter.name.substr(dot + 1)));
  }
  for (WeightSite* site : graph.weight_sites()) {
    const auto group = golden.group(site->name.substr(0, site->name.find('.')));
    site->bits = static_cast<int>(golden.number("weight_bits"));
    site->quantizer = AffineQuantizer{integer_range(site->bits, false), group.tensor("scale"),
                                      group.tensor("zero_point").to(at::kFloat)};
    site->quantized = fake_quantize(site->value, *site->quantizer);
  }
  for (ActivationSite* site : graph.activation_sites()) {
    if (!site->quantizable) continue;
    const auto group = golden.group(site->name == "add" ? "act_block" : "act_conv1");
    site->bits = static_cast<int>(golden.number("act_bits"));
    site->quantizer = AffineQuantizer{integer_range(site->bits, false), group.tensor("scale_init"),
                                      group.tensor("zero_point").to(at::kFloat)};
  }
  return graph;
}

MethodSettings golden_settings(const GoldenGroup& golden) {
  MethodSettings settings;
  settings.batch_size = static_cast<int64_t>(golden.number("batch_size"));
  settings.rounding_lr = golden.number("adam_lr_alpha");
  settings.round_weight = golden.number("round_weight");
  settings.warm_up = golden.number("warm_up");
  settings.beta_start = golden.number("b_start");
  settings.beta_end = golden.number("b_end");
  return settings;
}

Phase golden_phase(const GoldenGroup& golden) {
  Phase phase;
  phase.learn_rounding = true;
  phase.learn_steps = true;
  phase.drop_probability = 1 - golden.number("drop_prob");
  phase.iterations = static_cast<int64_t>(golden.number("iters"));
  phase.step_lr = golden.number("scale_lr");
  return phase;
}

UnitData golden_data(const GoldenGroup& golden, at::MemoryFormat layout) {
  auto load = [&](const char* part) { return golden.tensor(part).contiguous(layout); };
  const auto input = load("quant_input");
  const auto share = all_samples(input.size(0));
  return {{input}, {load("fp_input")}, {load("fp_output")}, {}, share};
}

class GoldenTrace : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenTrace, IsFollowedIterationByIteration) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto graph = golden_block(golden);
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto settings = golden_settings(golden);
  const auto layout = at::MemoryFormat::ChannelsLast;
  const auto data = golden_data(golden, layout);
  RecordedSource random(golden, layout);
  LocalGroup group;
  const auto curve =
      reconstruct_unit(graph, unit, data, golden_phase(golden), settings, random, group);

  const auto rec = golden.tensor("loss_rec");
  const auto total = golden.tensor("loss_total");
  ASSERT_EQ(curve.iteration.size(), static_cast<size_t>(rec.numel()));
  for (size_t t = 0; t < curve.iteration.size(); ++t) {
    const auto i = static_cast<int64_t>(t);
    // Float32 through 60 steps of Adam, where activations sit on rounding boundaries: below 0.1 %.
    EXPECT_NEAR(curve.reconstruction[t], rec[i].item<double>(), 1e-3 * rec[i].item<double>())
        << "iteration " << t;
    EXPECT_NEAR(curve.reconstruction[t] + curve.rounding[t], total[i].item<double>(),
                1e-3 * total[i].item<double>())
        << "iteration " << t;
  }
  for (const WeightSite* site : graph.weight_sites()) {
    const auto reference = golden.group(site->name.substr(0, site->name.find('.')));
    EXPECT_TRUE(close(site->quantized, reference.tensor("weight_hard"), 1e-5, 1e-6)) << site->name;
  }
  for (const ActivationSite* site : graph.activation_sites()) {
    if (!site->quantizer) continue;
    const auto reference = golden.group(site->name == "add" ? "act_block" : "act_conv1");
    EXPECT_TRUE(close(site->quantizer->scale, reference.tensor("scale_final"), 1e-4)) << site->name;
  }
  QuantizedPass pass(QuantizedPass::Activations::kQuantized);
  const auto output = graph.forward(unit, data.quantized_inputs, pass).at(0);
  // Outputs lie on the grid of the block's quantizer; a few may fall to a neighbouring step.
  const auto steps = (output - golden.tensor("output_after")).abs() /
                     golden.group("act_block").tensor("scale_final");
  EXPECT_LE(steps.gt(0.01).to(at::kFloat).mean().item<float>(), 0.002F);
}

/// |a - b| / |b|, all elements as one vector.
double relative_distance(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

/// The gradient that took Adam's first moment from `before` to `after`.
at::Tensor gradient_of(const at::Tensor& before, const at::Tensor& after) {
  return (after - before * kAdamBeta1) / (1 - kAdamBeta1);
}

TEST_P(GoldenTrace, EqualsTheCompositionOfPlainOperators) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto settings = golden_settings(golden);
  const auto phase = golden_phase(golden);
  const auto fused_model = golden_block(golden);
  const auto composed_model = golden_block(golden);
  const auto unit = fused_model.units(Granularity::kBlock).at(0);
  const auto fused_data = golden_data(golden, at::MemoryFormat::ChannelsLast);
  const auto composed_data = golden_data(golden, at::MemoryFormat::Contiguous);
  RecordedSource random(golden, at::MemoryFormat::ChannelsLast);
  const Recording recording(golden);
  LocalGroup group;
  UnitReconstruction fused(fused_model, unit, fused_data, phase, settings, random, group);
  testing::ComposedReconstruction composed(
      composed_model, unit, composed_data, phase, settings,
      [&](int64_t t) { return recording.batch(t); },
      [&](int64_t t, int64_t place, const at::Tensor&) { return recording.mask(t, place); });

  std::map<std::string, at::Tensor> before;
  for (const auto& [name, value] : fused.state()) before[name] = value.clone();
  for (int64_t t = 0; t < phase.iterations; ++t) {
    SCOPED_TRACE("iteration " + std::to_string(t));
    const auto mine = fused.iterate(t);
    const auto theirs = composed.iterate(t);
    // Float32 sums in another order; now and then an activation falls to the other side of a
    // rounding boundary. Over 60 iterations that moves a loss by about 0.1 % and a gradient by
    // less than 2 %.
    EXPECT_NEAR(mine.reconstruction, theirs.reconstruction, 2e-3 * theirs.reconstruction);
    EXPECT_NEAR(mine.rounding, theirs.rounding, 1e-4 * theirs.rounding + 1e-9);
    std::vector<at::Tensor> alpha_gradients, alphas, scale_gradients, scales;
    for (const auto& [name, value] : fused.state()) {
      const auto ends_with = [&, &name = name](const std::string& end) {
        return name.size() > end.size() &&
               name.compare(name.size() - end.size(), end.size(), end) == 0;
      };
      if (ends_with(".alpha")) alphas.push_back(value);
      if (ends_with(".scale")) scales.push_back(value);
      if (ends_with(".alpha.first_moment"))
        alpha_gradients.push_back(gradient_of(before[name], value));
      if (ends_with(".scale.first_moment"))
        scale_gradients.push_back(gradient_of(before[name], value));
      before[name] = value.clone();
    }
    ASSERT_EQ(alphas.size(), composed.alphas().size());
    ASSERT_EQ(scales.size(), composed.scales().size());
    for (size_t i = 0; i < alphas.size(); ++i) {
      EXPECT_LT(relative_distance(alpha_gradients[i], composed.alpha_gradients()[i]), 0.02) << i;
      EXPECT_LT(relative_distance(alphas[i], composed.alphas()[i]), 1e-3) << i;
    }
    for (size_t i = 0; i < scales.size(); ++i) {
      EXPECT_LT(relative_distance(scale_gradients[i], composed.scale_gradients()[i]), 0.02) << i;
      EXPECT_LT(relative_distance(scales[i], composed.scales()[i]), 1e-4) << i;
    }
  }
}

TEST_P(GoldenTrace, IsFollowedByAGroupOfTwoWithHalfTheSamplesEach) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto layout = at::MemoryFormat::ChannelsLast;
  const auto whole = golden_data(golden, layout);
  const UnitGraph models[] = {golden_block(golden), golden_block(golden)};
  std::vector<LossCurve> curves(2);
  testing::run_as_group(2, [&](DeviceGroup& group) {
    const auto member = static_cast<size_t>(group.member());
    auto data = whole;
    data.share = share_of(whole.share.total, group);
    for (auto* tensors : {&data.quantized_inputs, &data.full_precision_inputs, &data.targets})
      tensors->at(0) = tensors->at(0).slice(0, data.share.first, data.share.last);
    RecordedSource random(golden, layout);
    const auto unit = models[member].units(Granularity::kBlock).at(0);
    curves[member] = reconstruct_unit(models[member], unit, data, golden_phase(golden),
                                      golden_settings(golden), random, group);
  });
  const auto rec = golden.tensor("loss_rec");
  for (size_t t = 0; t < curves[0].iteration.size(); ++t) {
    // As for one process.
    const double expected = rec[static_cast<int64_t>(t)].item<double>();
    EXPECT_NEAR(curves[0].reconstruction[t], expected, 1e-3 * expected) << "iteration " << t;
  }
  EXPECT_EQ(curves[0].reconstruction, curves[1].reconstruction);
  for (size_t i = 0; i < models[0].weight_sites().size(); ++i) {
    const WeightSite* site = models[0].weight_sites()[i];
    const auto reference = golden.group(site->name.substr(0, site->name.find('.')));
    EXPECT_TRUE(close(site->quantized, reference.tensor("weight_hard"), 1e-5, 1e-6)) << site->name;
    EXPECT_TRUE(testing::identical(site->quantized, models[1].weight_sites()[i]->quantized));
  }
  for (const ActivationSite* site : models[0].activation_sites()) {
    if (!site->quantizer) continue;
    const auto reference = golden.group(site->name == "add" ? "act_block" : "act_conv1");
    EXPECT_TRUE(close(site->quantizer->scale, reference.tensor("scale_final"), 1e-4)) << site->name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTrace,
                         ::testing::Values("block_nodrop_w4a4", "block_qdrop_w2a4",
                                           "block_qdrop_w2a2_downsample"));

TEST(ReconstructUnit, TakesDataInEitherLayout) {
  const auto golden =
      GoldenGroup::open("quant.h5").group("reconstruction").group("block_qdrop_w2a4");
  std::vector<LossCurve> curves;
  for (const auto layout : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const auto graph = golden_block(golden);
    const auto data = golden_data(golden, layout);
    // Inner activations follow the weights, which are channels-last.
    RecordedSource random(golden, layout);
    auto phase = golden_phase(golden);
    phase.drop_probability = 0;
    LocalGroup group;
    curves.push_back(reconstruct_unit(graph, graph.units(Granularity::kBlock).at(0), data, phase,
                                      golden_settings(golden), random, group));
  }
  for (size_t t = 0; t < curves[0].iteration.size(); ++t) {
    EXPECT_NEAR(curves[0].reconstruction[t], curves[1].reconstruction[t],
                1e-3 * curves[0].reconstruction[t]);
  }
}

/// Operators that make the host wait for the device.
int64_t host_reads = 0;
std::unique_ptr<at::ObserverContext> count_host_reads(const at::RecordFunction& function) {
  static const std::set<std::string> reads = {
      "aten::_local_scalar_dense", "aten::item",          "aten::nonzero",  "aten::is_nonzero",
      "aten::equal",               "aten::masked_select", "aten::_unique2", "aten::bincount"};
  if (reads.count(std::string(function.name())) != 0) ++host_reads;
  return nullptr;
}

TEST_P(GoldenTrace, AnIterationReadsNothingFromTheDevice) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto graph = golden_block(golden);
  const auto unit = graph.units(Granularity::kBlock).at(0);
  const auto data = golden_data(golden, at::MemoryFormat::ChannelsLast);
  const auto phase = golden_phase(golden);
  const auto settings = golden_settings(golden);
  PhiloxSource random(1, "unit");
  LocalGroup group;
  UnitReconstruction reconstruction(graph, unit, data, phase, settings, random, group);
  reconstruction.run(0, 3);
  host_reads = 0;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(count_host_reads).scopes({at::RecordScope::FUNCTION}));
  reconstruction.run(3, 5);
  at::removeCallback(handle);
  EXPECT_EQ(host_reads, 0);
}

// What devices without kernels of their own run.
TEST_P(GoldenTrace, IsFollowedByTheCompositions) {
  const auto golden = GoldenGroup::open("quant.h5").group("reconstruction").group(GetParam());
  const auto data = golden_data(golden, at::MemoryFormat::ChannelsLast);
  const auto phase = golden_phase(golden);
  const auto settings = golden_settings(golden);
  const auto fused_model = golden_block(golden);
  const auto composed_model = golden_block(golden);
  const auto unit = fused_model.units(Granularity::kBlock).at(0);
  RecordedSource fused_random(golden, at::MemoryFormat::ChannelsLast);
  RecordedSource composed_random(golden, at::MemoryFormat::ChannelsLast);
  LocalGroup group;
  UnitReconstruction fused(fused_model, unit, data, phase, settings, fused_random, group);
  UnitReconstruction composed(composed_model, unit, data, phase, settings, composed_random, group);
  for (int64_t t = 0; t < phase.iterations; ++t) {
    // From the same state, so that only this iteration's rounding errors count.
    composed.restore(fused.state());
    const auto expected = fused.iterate(t);
    const CpuKernelsReplaced replaced(composed_kernels());
    const auto losses = composed.iterate(t);
    // An activation may fall to the other side of a rounding boundary.
    EXPECT_NEAR(losses.reconstruction, expected.reconstruction, 1e-3 * expected.reconstruction);
    EXPECT_NEAR(losses.rounding, expected.rounding, 1e-5 * expected.rounding + 1e-9);
  }
}

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

TEST(ReconstructUnit, ReportsALossThatIsNotFinite) {
  const auto golden =
      GoldenGroup::open("quant.h5").group("reconstruction").group("block_nodrop_w4a4");
  const auto graph = golden_block(golden);
  const UnitData data{{golden.tensor("quant_input") * std::nan("")},
                      {golden.tensor("fp_input")},
                      {golden.tensor("fp_output")},
                      {},
                      all_samples(golden.tensor("quant_input").size(0))};
  RecordedSource random(golden, at::MemoryFormat::Contiguous);
  LocalGroup group;
  EXPECT_THROW(reconstruct_unit(graph, graph.units(Granularity::kBlock).at(0), data,
                                golden_phase(golden), golden_settings(golden), random, group),
               Error);
}

}  // namespace
}  // namespace ptqbench
