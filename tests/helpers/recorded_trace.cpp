#include "tests/helpers/recorded_trace.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "methods/kernels/keep_mask.h"
#include "methods/nn/layers.h"

namespace ptqbench::testing {
namespace {

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

void set_quantizers(const GoldenGroup& golden, const UnitGraph& graph) {
  for (WeightSite* site : graph.weight_sites()) {
    const auto group = recorded_weight(golden, site->name);
    site->bits = static_cast<int>(golden.number("weight_bits"));
    site->quantizer = AffineQuantizer{integer_range(site->bits, false), group.tensor("scale"),
                                      group.tensor("zero_point").to(at::kFloat)};
    site->quantized = fake_quantize(site->value, *site->quantizer);
  }
  for (ActivationSite* site : graph.activation_sites()) {
    if (!site->quantizable) continue;
    const auto group = recorded_activation(golden, site->name);
    site->bits = static_cast<int>(golden.number("act_bits"));
    site->quantizer = AffineQuantizer{integer_range(site->bits, false), group.tensor("scale_init"),
                                      group.tensor("zero_point").to(at::kFloat)};
  }
}

double number_or(const GoldenGroup& golden, const std::string& attribute, double otherwise) {
  return golden.has_attribute(attribute) ? golden.number(attribute) : otherwise;
}

}  // namespace

Recording::Recording(const GoldenGroup& golden) : idx_(golden.tensor("idx")) {
  for (const char* name : {"keep_quant_input", "keep_quant_conv1", "keep_quant_block"}) {
    if (golden.has(name)) masks_.push_back(golden.tensor(name).to(at::kBool));
  }
}

std::vector<int64_t> Recording::batch(int64_t t) const {
  const auto row = idx_[t].contiguous();
  return {row.data_ptr<int64_t>(), row.data_ptr<int64_t>() + row.numel()};
}

at::Tensor Recording::mask(int64_t t, int64_t place) const {
  const auto& masks = masks_.at(static_cast<size_t>(place));
  return masks[t % masks.size(0)];
}

RecordedSource::RecordedSource(const GoldenGroup& golden, at::MemoryFormat layout)
    : recording_(golden), layout_(layout) {}

std::vector<int64_t> RecordedSource::batch(int64_t t, int64_t count, int64_t /*population*/) {
  auto ids = recording_.batch(t);
  EXPECT_EQ(count, static_cast<int64_t>(ids.size()));
  return ids;
}

at::Tensor RecordedSource::keep_mask(int64_t t, int64_t place, double drop_probability,
                                     const std::vector<int64_t>& slots, int64_t elements_per_slot) {
  EXPECT_EQ(drop_probability, 0.5);
  const auto mask = recording_.mask(t, place).index_select(0, at::tensor(slots));
  EXPECT_EQ(mask.numel(), static_cast<int64_t>(slots.size()) * elements_per_slot);
  return pack_mask(mask.contiguous(layout_));
}

GoldenGroup recorded_weight(const GoldenGroup& golden, const std::string& name) {
  return golden.group(name.substr(0, name.find('.')));
}

GoldenGroup recorded_activation(const GoldenGroup& golden, const std::string& name) {
  return golden.group(name == "add" ? "act_block" : "act_conv1");
}

UnitGraph recorded_block(const GoldenGroup& golden) {
  UnitGraph graph;
  const auto stride = static_cast<int64_t>(golden.number("stride"));
  auto make = [&](const std::string& name, int64_t s, int64_t padding, bool inner) {
    return std::make_shared<QuantConv2d>(
        name, conv_options(golden.group(name).tensor("weight"), s, padding, inner));
  };
  const auto x = graph.add_input("x");
  auto y = graph.add("conv1", "block", make("conv1", stride, 1, true), {x});
  y = graph.add("conv2", "block", make("conv2", 1, 1, false), {y});
  const bool downsample = golden.number("downsample") != 0;
  const auto shortcut =
      downsample ? graph.add("downsample", "block", make("downsample", stride, 0, false), {x}) : x;
  y = graph.add("add", "block", std::make_shared<Add>("add", Nonlinearity::kRelu, true),
                {y, shortcut});
  graph.set_outputs({y});
  for (auto& parameter : graph.parameters()) {
    const auto dot = parameter.name.find('.');
    parameter.value.copy_(
        recorded_weight(golden, parameter.name).tensor(parameter.name.substr(dot + 1)));
  }
  set_quantizers(golden, graph);
  return graph;
}

MethodSettings recorded_settings(const GoldenGroup& golden) {
  MethodSettings settings;
  settings.batch_size = static_cast<int64_t>(golden.number("batch_size"));
  settings.rounding_lr = golden.number("adam_lr_alpha");
  settings.round_weight = golden.number("round_weight");
  settings.warm_up = golden.number("warm_up");
  settings.beta_start = golden.number("b_start");
  settings.beta_end = golden.number("b_end");
  if (number_or(golden, "learn_zero_points", 0) != 0) settings.activation_quantizer = "lsq_plus";
  return settings;
}

Phase recorded_phase(const GoldenGroup& golden) {
  Phase phase;
  phase.learn_rounding = number_or(golden, "learn_rounding", 1) != 0;
  phase.learn_steps = true;
  // What is recorded is the probability to quantize.
  phase.drop_probability = 1 - golden.number("drop_prob");
  phase.iterations = static_cast<int64_t>(golden.number("iters"));
  phase.step_lr = golden.number("scale_lr");
  phase.norm = number_or(golden, "norm", 2);
  return phase;
}

UnitData recorded_data(const GoldenGroup& golden, at::MemoryFormat layout) {
  auto load = [&](const char* part) { return golden.tensor(part).contiguous(layout); };
  const auto input = load("quant_input");
  const auto share = all_samples(input.size(0));
  return {{input}, {load("fp_input")}, {load("fp_output")}, {}, share};
}

}  // namespace ptqbench::testing
